"""Training the reef's language model: a GPT-2 of about a million weights on the caption grammar."""

import json
import math
import sys
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Int
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from analysis.progress import Advance, Progress, Silent
from analysis.reef.grammar import sentences

END = "<|endoftext|>"  # begins and ends a text, as in GPT-2
POSITIONS = 64
MAX_OFFSET = 8  # positions that a tuned prefix may take before the first word
COMMAND = "python -m analysis.reef.train_language_model OUT"


@dataclass(frozen=True)
class LanguageModelTraining:
    """How the language model is trained."""

    seed: int = 0
    sentences: int = 60_000
    vocabulary: int = 2_000
    layers: int = 4
    heads: int = 4
    width: int = 128
    steps: int = 1_000
    batch_size: int = 128
    learning_rate: float = 3e-3


def train(
    config: LanguageModelTraining,
    out: Path,
    *,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train and write the model and its tokenizer as transformers reads them, and a manifest.

    Returns what ``manifest.json`` holds.
    """
    started = time.perf_counter()
    progress = progress or Silent()
    torch.manual_seed(config.seed)
    texts = sentences(config.sentences, seed=config.seed)
    tokenizer = train_tokenizer(texts, config.vocabulary)
    model = GPT2LMHeadModel(_architecture(config, tokenizer))
    encoded = [tokenizer.encode(text) for text in texts]
    with progress.task("training the reef's language model", config.steps) as advance:
        _fit(model, encoded, _end_id(tokenizer), config, advance)
    held_out = sentences(2_000, seed=config.seed + 1)
    measured = perplexity(model, tokenizer, held_out)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    files = {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.is_file()}
    files.pop("manifest.json", None)
    manifest = {
        "training": asdict(config),
        "command": COMMAND,
        "dtype": "float32",
        "parameters": sum(p.numel() for p in model.parameters()),
        "held_out_perplexity": round(measured, 3),
        "seconds": round(time.perf_counter() - started),
        "sha256": {name: sha256(data).hexdigest() for name, data in files.items()},
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def train_tokenizer(texts: list[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE tokenizer, so that any text can be encoded."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END,
        eos_token=END,
        unk_token=END,
        pad_token=END,
        model_max_length=POSITIONS,
        clean_up_tokenization_spaces=False,
    )


@torch.inference_mode()
def perplexity(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, texts: list[str]
) -> float:
    """Perplexity per token of texts, each begun and ended by the end-of-text token."""
    model.eval()
    end = _end_id(tokenizer)
    loss, count = 0.0, 0
    for start in range(0, len(texts), 256):
        rows = [[end, *tokenizer.encode(text), end] for text in texts[start : start + 256]]
        inputs, targets = _pad(rows, end)
        logits = model(inputs).logits
        loss += float(
            nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")
        )
        count += int((targets != -100).sum())
    return math.exp(loss / count)


def _end_id(tokenizer: PreTrainedTokenizerFast) -> int:
    end = tokenizer.convert_tokens_to_ids(END)
    assert isinstance(end, int)  # one token in, one id out
    return end


def _architecture(config: LanguageModelTraining, tokenizer: PreTrainedTokenizerFast) -> GPT2Config:
    end = _end_id(tokenizer)
    return GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=POSITIONS,
        n_embd=config.width,
        n_layer=config.layers,
        n_head=config.heads,
        bos_token_id=end,
        eos_token_id=end,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
    )


def _pad(
    rows: list[list[int]], end: int
) -> tuple[Int[Tensor, "texts tokens"], Int[Tensor, "texts tokens"]]:
    """Inputs, and the next tokens they should predict (-100 where there is none)."""
    longest = max(len(row) for row in rows) - 1
    inputs = torch.full((len(rows), longest), end)
    targets = torch.full((len(rows), longest), -100)
    for i, row in enumerate(rows):
        inputs[i, : len(row) - 1] = torch.tensor(row[:-1])
        targets[i, : len(row) - 1] = torch.tensor(row[1:])
    return inputs, targets


def _fit(
    model: GPT2LMHeadModel,
    encoded: list[list[int]],
    end: int,
    config: LanguageModelTraining,
    advance: Advance,
) -> None:
    generator = torch.Generator().manual_seed(config.seed)
    optimizer = torch.optim.AdamW(model.parameters(), config.learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=config.steps, pct_start=0.1
    )
    model.train()
    for _ in range(config.steps):
        chosen = torch.randint(len(encoded), (config.batch_size,), generator=generator)
        begun = torch.rand(config.batch_size, generator=generator) < 0.5
        # Half of the texts begin without the end-of-text token and at any of the first positions,
        # since decoding starts from a hard prompt behind a tuned prefix.
        rows = [
            [*([end] if with_end else []), *encoded[i], end]
            for i, with_end in zip(chosen.tolist(), begun.tolist(), strict=True)
        ]
        inputs, targets = _pad(rows, end)
        offset = int(torch.randint(MAX_OFFSET + 1, (1,), generator=generator))
        positions = torch.arange(offset, offset + inputs.shape[1])[None]
        logits = model(inputs, position_ids=positions).logits
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        advance(1)


if __name__ == "__main__":
    train(LanguageModelTraining(), Path(sys.argv[1]))
