"""Show some heads where to look while they learn: the way from a question to the sentence that answers it, step by step.

Generated data knows the right sentence, so the steps can be taught apart instead of waiting until chance finds them together:
words of a passage look at words of like meaning in the question; the number that ends a sentence looks at the whole sentence and at its
first word; where the answer begins, the model looks at the end of the right sentence, and then along it. The finished model is a plain llama; nothing of this is in the file.
"""
from dataclasses import replace

import torch
from tokenizers import Tokenizer

from base_model import HALF, Guide
from chat_format import ANSWER, ANSWER_START, CITATION, FIRST_QUESTION, NEAR_MARKS, OTHER_SENTENCE_END, PASSAGE_OPENING, RIGHT_SENTENCE_END

SHARE = 0.3
"""Weight of each guide's loss against that of the answers."""
LIKE = 0.55
"""From this cosine on, two words count as of like meaning."""
FUNCTION_WORDS = set("a an the of to in on at for and or is are was were be been it its this that these those with by from as his her their our your my he she they we you i not no do does did has have had will would can could may must should into than "
                     "then there who what which when where why how if but so up out about all any me tell please us s what's".split())


class Guidance:
    def __init__(self, tokenizer: Tokenizer, meanings: torch.Tensor) -> None:
        tokens = [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
        bare = [token.removeprefix("Ġ").lower() for token in tokens]
        # Digits and marks tell nothing by themselves, words of grammar hardly anything.
        self.telling = torch.tensor([any(letter.isalnum() for letter in word) and word not in FUNCTION_WORDS and not word.isdigit() for word in bare])
        self.digits = torch.tensor([word.isdigit() for word in bare])
        self.meanings = meanings
        self.skipped = torch.tensor([token in ("Ċ", "-", "Ġ-", "*", "Ġ*", "âĢ¢", "ĠâĢ¢", "|", "Ġ|", *NEAR_MARKS) for token in tokens])

    @torch.no_grad()
    def guides(self, ids: torch.Tensor, marks: torch.Tensor) -> dict[int, list[Guide]]:
        batch, length = ids.shape
        in_question = marks == FIRST_QUESTION
        ends = (marks == OTHER_SENTENCE_END) | (marks == RIGHT_SENTENCE_END)
        borders = ends | (marks == PASSAGE_OPENING)
        positions = torch.arange(length)
        opened = (marks == PASSAGE_OPENING).cumsum(1) > 0
        inside = opened & (positions <= torch.where(ends, positions, -1).max(1, keepdim=True).values)
        whole, question = self.whole(inside, ends, borders), self.question(marks, in_question)
        asked, choice = self.asked(in_question, ends), self.choice(marks)
        # Where there are no passages, several exchanges follow one another, and only the last question counts: more heads than one are left free.
        with_passages = replace(choice, strengths=choice.strengths * opened[:, -1:])
        return {1: [self.likeness(ids, in_question, inside & ~ends)], 2: [whole, replace(whole, head=2), question, asked], 3: [self.beginning(ids, ends, borders), with_passages, asked],
                4: [choice, replace(with_passages, head=3), self.copying(ids, marks)]}

    def guide(self, head: int, targets: torch.Tensor, rows: torch.Tensor) -> Guide:
        """Every row gets an equal part of the share."""
        return Guide(head, targets.to(HALF), (rows * (SHARE / rows.sum().clamp(min=1e-6))).to(HALF))

    def likeness(self, ids: torch.Tensor, in_question: torch.Tensor, inside: torch.Tensor) -> Guide:
        """From words of passages to words of like meaning in the question; from all others to the very first token."""
        question_length = int(in_question.any(0).nonzero().max()) + 1 if in_question.any() else 1
        first = ids[:, :question_length]
        near = torch.bmm(self.meanings[ids], self.meanings[first].transpose(1, 2))
        equal = ids[:, :, None] == first[:, None, :]
        near = torch.where(equal, 1.0, near)
        near *= self.telling[first][:, None, :] & self.telling[ids][:, :, None]
        # A digit counts where the token before it is the same too: a part of the same number or code.
        both = equal & torch.nn.functional.pad(equal[:, :-1, :-1], (1, 0, 1, 0))
        near += both & self.digits[ids][:, :, None]
        near *= in_question[:, None, :question_length]
        near = torch.where(near > LIKE, near.square(), 0.0)
        total = near.sum(-1, keepdim=True)
        targets = torch.zeros(*ids.shape, ids.shape[1])
        targets[:, :, :question_length] = near / total.clamp(min=1e-6)
        targets[:, :, 0] += (total[..., 0] == 0)
        return self.guide(1, targets, inside * torch.where(total[..., 0] > 0, 1.0, 0.04))

    def whole(self, inside: torch.Tensor, ends: torch.Tensor, borders: torch.Tensor) -> Guide:
        """From the end of each sentence to all of it."""
        sentence = borders.cumsum(1) - borders.int()  # the number of borders before a position: equal within one sentence, its end included
        same = (sentence[:, :, None] == sentence[:, None, :]) & ends[:, :, None] & inside[:, None, :]
        same &= torch.ones(same.shape[1:], dtype=torch.bool).tril(-3)  # not the number itself
        return self.guide(1, same / same.sum(-1, keepdim=True).clamp(min=1), ends & same.any(-1))

    def question(self, marks: torch.Tensor, in_question: torch.Tensor) -> Guide:
        """From the end of the question to all of it; only where there are passages, and so one question."""
        last = in_question & ~torch.nn.functional.pad(in_question[:, 1:], (0, 1))
        target = in_question / in_question.sum(-1, keepdim=True).clamp(min=1)
        return self.guide(1, target[:, None, :].expand(-1, marks.shape[1], -1), last & (marks == PASSAGE_OPENING).any(-1, keepdim=True))

    def asked(self, in_question: torch.Tensor, ends: torch.Tensor) -> Guide:
        """From the end of each sentence to the end of the question, where all of the question has come together: the two can be compared."""
        last = in_question & ~torch.nn.functional.pad(in_question[:, 1:], (0, 1))
        return self.guide(3, last[:, None, :].expand(-1, in_question.shape[1], -1).float(), ends & in_question.any(-1, keepdim=True))

    def beginning(self, ids: torch.Tensor, ends: torch.Tensor, borders: torch.Tensor) -> Guide:
        """From the end of each sentence to its first word."""
        positions = torch.arange(ids.shape[1])
        start = torch.where(borders, positions, 0)
        start = torch.nn.functional.pad(start.cummax(1).values[:, :-1], (1, 0)) + 1
        for _ in range(4):  # past line breaks and the mark of a list or of a line near to the question
            start += self.skipped[ids.gather(1, start.clamp(max=ids.shape[1] - 1))]
        targets = torch.nn.functional.one_hot(start.clamp(max=ids.shape[1] - 1), ids.shape[1])
        return self.guide(1, targets, ends & (start < positions))

    def copying(self, ids: torch.Tensor, marks: torch.Tensor) -> Guide:
        """From each word of a copied answer to the word that comes next in the sentence it copies."""
        positions = torch.arange(ids.shape[1])
        last = lambda kind: torch.where(marks == kind, positions, -1).max(1, keepdim=True).values
        number, end = last(CITATION), last(RIGHT_SENTENCE_END)
        # Sentence and answer both end in their number: counted from there, they run in step.
        source = (positions + 1 - number + end - 1).clamp(0, ids.shape[1] - 1)
        coming = torch.nn.functional.pad(ids[:, 1:], (0, 1))
        learnt = torch.nn.functional.pad(((marks == ANSWER) | (marks == CITATION))[:, 1:], (0, 1))
        rows = learnt & (number >= 0) & (end >= 0) & (positions + 1 <= number) & (ids.gather(1, source) == coming) & (source < positions)
        return self.guide(0, torch.nn.functional.one_hot(source, ids.shape[1]), rows)

    def choice(self, marks: torch.Tensor) -> Guide:
        """From where the answer begins to the end of the right sentence; to the very first token when there is none."""
        right = (marks == RIGHT_SENTENCE_END).float()
        begins = torch.nn.functional.pad((marks == ANSWER_START)[:, 1:], (0, 1))
        target = right / right.sum(1, keepdim=True).clamp(min=1)
        target[:, 0] += right.sum(1) == 0
        return self.guide(2, target[:, None, :].expand(-1, marks.shape[1], -1), begins)
