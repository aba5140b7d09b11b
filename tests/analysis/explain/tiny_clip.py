"""A CLIP of random weights, small enough for a test, as transformers keeps it on disk."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    PreTrainedTokenizerFast,
)

WORDS = ("<s>", "</s>", "glowing", "murky", "water", "striped", "often", "dark", "jellyfish")


def write_clip(directory: Path) -> Path:
    """Write it; returns the directory."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1,
             "num_attention_heads": 2}  # fmt: skip
    special = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    config = CLIPConfig(
        text_config={**sizes, **special, "vocab_size": len(WORDS), "max_position_embeddings": 8},
        vision_config={**sizes, "image_size": 8, "patch_size": 4},
        projection_dim=6,
    )
    known = Tokenizer(models.WordLevel(dict(zip(WORDS, range(len(WORDS)), strict=True)), "</s>"))
    known.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=known, bos_token="<s>", eos_token="</s>", pad_token="</s>",
        unk_token="</s>",
    )  # fmt: skip
    images = CLIPImageProcessorPil(size={"shortest_edge": 8}, crop_size=8)
    CLIPModel(config).save_pretrained(directory)
    CLIPProcessor(images, tokenizer).save_pretrained(directory)
    return directory
