"""A meaning put into a sentence by a language model that can say nothing else.

The sentence is built of pieces: after "<class> because it shows", the language model takes the
piece that it finds likeliest (by mean log-probability of the tokens), again and again. A piece is
"and" or "with", then a name of evidence that was not said yet, then its region. All evidence for
the class comes before "despite", all against it behind. So the order and what joins it are the
language model's, and nothing else. The sentence is checked all the same, and where it fails the
text by rule stands in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from analysis.explain.language_model import LanguageModel
from analysis.explain.meaning.checking import DESPITE, JOINTS, OPENING, check
from analysis.explain.meaning.realise import name_of, realise
from analysis.explain.meaning.representation import Evidence, Meaning
from analysis.explain.said import Phrase, Said


def realise_with_model(meaning: Meaning, lm: LanguageModel) -> Said:
    """The text of a meaning by a language model, or by rule where that has faults.

    ``details["realiser"]`` says by which, ``details["why"]`` why by rule. Phrases stand in the
    order of the text.
    """
    by_rule = realise(meaning)
    if not meaning.of("for"):
        return _fallen_back(by_rule, ["there is no evidence to write a sentence of"])
    written = _written(meaning, lm)
    if written is None:
        return _fallen_back(by_rule, [f"the sentence is too long for {lm.name}"])
    faults = check(written.text, meaning)
    if faults:
        return _fallen_back(by_rule, faults)
    details = by_rule.details | {"realiser": "language model", "language_model": lm.name}
    return Said("pipeline", written.text, written.phrases, details)


def _fallen_back(said: Said, faults: Sequence[str]) -> Said:
    return replace(said, details=said.details | {"why": "; ".join(faults)})


@dataclass(frozen=True)
class _Sentence:
    """A sentence so far, and its claims."""

    text: str
    phrases: tuple[Phrase, ...] = ()

    @property
    def bare(self) -> str:
        """As the language model reads it: such models hardly know quotation marks."""
        return _bare(self.text)

    def goes_on(self, joint: str, evidence: Evidence, meaning: Meaning) -> "_Sentence":
        """With one piece more."""
        name, quoted = name_of(evidence, meaning), evidence.label is not None
        start = len(self.text) + 1 + len(joint)
        claim = Phrase(
            start + quoted,
            start + len(name) - quoted,
            evidence.label or "",
            evidence.units,
            evidence.polarity == "against",
        )
        region = f" {evidence.region}" if evidence.region else ""
        return _Sentence(f"{self.text} {joint}{name}{region}", (*self.phrases, claim))


def _bare(text: str) -> str:
    return text.replace("“", "").replace("”", "")


def _written(meaning: Meaning, lm: LanguageModel) -> _Sentence | None:
    """The whole sentence; None where it is longer than the language model's context."""
    name = meaning.decided.class_name
    sentence = _Sentence(f"{name[:1].upper()}{name[1:]} {OPENING}")
    for polarity in ("for", "against"):
        left = list(meaning.of(polarity))
        joints: Sequence[str] = ("",)
        if left and polarity == "against":
            sentence = replace(sentence, text=f"{sentence.text} {DESPITE}")
        while left:
            pairs = [(joint, one) for one in left for joint in joints]
            longer = [sentence.goes_on(joint, one, meaning) for joint, one in pairs]
            scores = _scores(lm, sentence.bare, [one.bare for one in longer])
            if scores is None:
                return None
            best = int(scores.argmax())
            sentence, joints = longer[best], [f"{joint} " for joint in JOINTS]
            left.remove(pairs[best][1])
    return replace(sentence, text=f"{sentence.text}.")


@torch.no_grad()
def _scores(lm: LanguageModel, said: str, longer: Sequence[str]) -> Float[Tensor, " texts"] | None:
    """Mean log-probability of a token of what each longer text adds to what is said."""
    known = len(lm.encode(said))
    tokens = [torch.tensor(lm.encode(text)) for text in longer]
    rows = pad_sequence(tokens, batch_first=True).to(lm.device)  # to the right, where none looks
    if rows.shape[1] > getattr(lm.model.config, "max_position_embeddings", rows.shape[1]):
        return None
    after = lm.model(input_ids=rows).logits[:, known - 1 : -1].float().log_softmax(-1)
    said_then = after.gather(2, rows[:, known:, None])[..., 0]
    counts = torch.tensor([len(row) for row in tokens], device=rows.device) - known
    added = torch.arange(rows.shape[1] - known, device=rows.device) < counts[:, None]
    return (said_then * added).sum(1) / counts
