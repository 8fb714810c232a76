"""Turning attributes into sentences, lines and questions about a subject."""
import re
from dataclasses import dataclass, replace

from corpus.attributes import CLOSERS, GENERAL_ASKS, GENERAL_SAYS, OPENERS, QUALIFIERS, SUBJECTS, Attribute
from corpus.values import CARGO, DISHES, MORE_ROLES, NOUNS, SUBSTANCES, TOPICS, Values, an
from pairs import PAPERS, PEOPLE

ROUTES = "bus,ferry,shuttle,night train,tram,express coach,airport bus,cable car".split(",")
BUILDINGS = "museum,library,bridge,tower,hotel,theatre,school,hospital,station,stadium,market hall,castle,lighthouse,gallery,swimming pool,sports hall,town hall,greenhouse,canteen,guest house,workshop,archive,chapel".split(",")
EVENTS = "meeting,workshop,conference,summer party,training,launch,audit,tour,inspection,open day,course,fair,concert,lecture,seminar,reception,marathon,auction,rehearsal,board meeting".split(",")
ANIMALS = "otter,lynx,parrot,tortoise,heron,badger,gecko,wolf,seal,owl,llama,penguin".split(",")


@dataclass
class Subject:
    kind: str
    name: str
    general: str
    """How a document that has only one of its kind may call it."""
    plural: bool = False


@dataclass
class Fact:
    answer: str
    """The sentence, line or row to copy."""
    question: str
    topic: tuple
    """Two facts of one topic would answer the same question."""
    loose_topic: tuple
    vague: bool
    """The question does not name the subject: it must be the only fact of its loose topic."""


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def is_noun(name: str) -> bool:
    """Names such as "leaves at" suit a list of keys only."""
    return name != "" and name.split()[-1] not in ("at", "to", "in", "by", "on", "for", "allowed", "forbidden", "since", "runs", "joined", "received", "open", "built", "opened", "founded", "established")


def make_subject(v: Values, kind: str) -> Subject:
    name, noun = v.made_up(), v.pick(NOUNS)
    if kind == "product":
        return Subject(kind, v.pick([f"the {name} {v.code()}", f"the {name} {noun}", f"the {v.code()} {noun}", f"the {name} {v.code()} {noun}", f"the {name} {v.number(2, 99)}", name, f"the {noun}", f"the {v.colour()} {noun}"]), v.pick([f"the {noun}", "the device", "the unit", "the machine"]))
    if kind == "company":
        return Subject(kind, v.company_name() if v.chance(0.9) else "Tarnholm Works", v.pick(["the company", "the firm", "the business"]))
    if kind == "people":
        people = v.pick(PEOPLE) if v.chance(0.7) else v.pick(MORE_ROLES).removesuffix("s") + "s"
        return Subject(kind, v.pick([people, people, f"{people} of {v.company_name()}", f"{people} at {v.company_name() if v.chance(0.8) else 'Tarnholm Works'}"]), people, True)
    if kind == "papers":
        return Subject(kind, name := v.pick([v.pick(PAPERS), f"{v.topic()} {v.pick(['requests', 'forms', 'claims', 'orders', 'permits', 'reports', 'invoices'])}"]), name, True)
    if kind == "event":
        event = v.pick(EVENTS)
        return Subject(kind, f"the {v.pick([name + ' ', v.topic() + ' ', 'next ', 'spring ', 'annual ', ''])}{event}", f"the {event}")
    if kind == "project":
        noun = v.pick("project,programme,migration,upgrade,renovation,campaign,survey,merger,roll-out,relocation,study".split(","))
        return Subject(kind, v.pick([f"Project {name}", f"the {name} {noun}", f"the {v.topic()} {noun}", f"the {v.pick(NOUNS)} {noun}"]), f"the {noun}")
    if kind == "building":
        building = v.pick(BUILDINGS)
        return Subject(kind, v.pick([f"the {name} {building.title()}", f"the {name} {building}", f"the {v.pick(['new', 'old', 'north', 'small'])} {building}", f"the {building}"]), f"the {building}")
    if kind == "person":
        person = v.person()
        return Subject(kind, person, person.split()[-1] if v.chance(0.5) else person)
    if kind == "software":
        return Subject(kind, v.pick([name, f"the {name} {v.pick(['API', 'server', 'app', 'client', 'portal', 'database', 'gateway', 'plugin'])}", f"{name.lower()}{v.pick(['d', 'ctl', '-cli', 'kit', 'DB'])}"]), v.pick(["the service", "the program", "the server", "the application"]))
    if kind == "route":
        route = v.pick(ROUTES)
        return Subject(kind, v.pick([f"the {route} to {v.place()}", f"{route} {v.number(1, 99)}", f"the {name} {route}"]), f"the {route}")
    if kind == "course":
        return Subject(kind, v.pick([f"the {v.topic()} course", f"the course {v.code()}", f"{name} for beginners", f"the class on {v.topic()}"]), "the course")
    if kind == "substance":
        return Subject(kind, v.pick([v.pick(SUBSTANCES), f"{name} {v.pick(['cleaner', 'oil', 'powder', 'gel', 'glue'])}", f"{name}-{v.number(2, 90)}"]), "the substance")
    if kind == "dish":
        dish = v.pick(DISHES)
        return Subject(kind, v.pick([f"the {name} {dish}", f"{v.pick(['lentil', 'potato', 'lemon', 'carrot', 'oat', 'cheese', 'walnut'])} {dish}", f"the {dish}"]), f"the {dish}")
    if kind == "animal":
        animal = v.pick(ANIMALS)
        return Subject(kind, v.pick([f"the {name} {animal}", f"{name} the {animal}", f"the {v.colour()} {animal}"]), f"the {animal}")
    if kind == "ship":
        return Subject(kind, v.pick([f"the {v.pick(['ferry', 'freighter', 'tug', 'trawler', 'barge'])} {name}", f"MS {name}", f"the {name}"]), "the ship")
    raise ValueError(kind)


class Wording:
    """Sentences and questions of one split: what training sees, or what it never saw."""

    def __init__(self, values: Values, held_out: bool) -> None:
        self.v, self.held_out = values, held_out

    def choose(self, wordings: list[str]) -> str:
        if self.held_out:
            return wordings[-1]
        return self.v.pick(wordings[:-1] if len(wordings) > 2 else wordings[:1])

    def fill(self, template: str, subject: str, value: str, name: str = "") -> str:
        v = self.v
        return template.format(S=subject, V=value, N=name, Y=v.year(), A="an" if value[:1] in "aeiou" else "a")

    def sentence(self, attribute: Attribute, subject: str, value: str, name: str, qualifier: str = "", decorated: float = 0.22) -> str:
        v = self.v
        template = v.pick(GENERAL_SAYS) if is_noun(name) and not self.held_out and v.chance(0.22) else self.choose(attribute.says)
        if subject in ("they", "it", "he", "she") and not template.startswith("{S}"):
            subject = "them" if subject == "they" else "her" if subject == "she" else "him" if subject == "he" else "it"
        text = self.fill(template, subject, value, name)
        # After an opening the sentence goes on in lower case, unless a name or a value begins it.
        inner = text if template.startswith("{") else text[0].lower() + text[1:]
        if qualifier:
            text = f"{qualifier}, {inner}" if v.chance(0.4) else f"{text} {qualifier}"
        if v.chance(decorated):
            filling = {"Y": v.year(), "D": v.date(), "P": v.person() if v.chance(0.6) else v.made_up(), "N": v.pick(NOUNS)}
            if v.chance(0.5) and not qualifier:
                text = v.pick(OPENERS).format(**filling) + inner
            else:
                text += v.pick(CLOSERS).format(**filling)
        text = " ".join(text.split())
        return capital(text) + "."

    def question(self, attribute: Attribute, subject: Subject, said_subject: str, name: str, qualifier: str = "") -> tuple[str, bool]:
        """(question, is it vague?)"""
        v = self.v
        roll = v.random.random()
        vague = roll < 0.3
        named = subject.name if not vague else subject.general
        other = v.pick(attribute.names) if attribute.names else ""
        if is_noun(other) and not self.held_out and v.chance(0.3):
            template = v.pick(GENERAL_ASKS).replace("{N}", other)
        else:
            template = self.choose(attribute.asks)
        if vague and roll < 0.15:
            shorter = re.sub(r" (of|for|on|at|to|in|from|with) \{S\}(?=\W|$)", "", template)
            template = shorter
        text = " ".join(template.replace("{S}", named).split())
        if qualifier:
            text = re.sub(r"[?.]?$", lambda mark: f" {qualifier}{mark.group()}", text, count=1)
        return self.noisy(capital(text)), vague

    def noisy(self, question: str) -> str:
        """People do not type as templates do."""
        v, roll = self.v, self.v.random.random()
        if roll < 0.07:
            return question.rstrip("?.")
        if roll < 0.14:
            return question[0].lower() + question[1:]
        if roll < 0.2:
            return v.pick(["Please tell me: ", "Quick question: ", "Can you tell me: ", "Hi, ", "Hello, ", "I would like to know: ", "One more thing: ", "Sorry, ", "Do you know: "]) + question[0].lower() + question[1:]
        if roll < 0.23:
            return v.pick([f"We have a new {v.pick(NOUNS)} here. ", f"I work in {v.topic()}. ", "I could not find it. ", "My colleague asks: ", f"I am calling from {v.made_up()}. "]) + question
        return question

    def fact(self, subject: Subject, index: int, style: str = "name", qualifier: str = "") -> tuple[Fact, str]:
        """(fact, its value). Styles: name, general, pronoun, keyed."""
        v = self.v
        attribute = SUBJECTS[subject.kind][index]
        value = getattr(v, attribute.value)()
        name = v.pick(attribute.names) if attribute.names else ""
        if style == "keyed" and name:
            line = f"{capital(name)}{v.pick([': ', ': ', ' - ', ' | '])}{value}"
            if qualifier:
                line = line.replace(capital(name), f"{capital(name)} {qualifier}", 1)
        else:
            said = {"name": subject.name, "keyed": subject.name, "general": subject.general, "pronoun": "they" if subject.plural else "it"}[style]
            if style == "pronoun" and subject.kind == "person":
                said = v.pick(["he", "she"])
            line = self.sentence(attribute, said, value, name, qualifier)
        question, vague = self.question(attribute, subject, subject.name, name, qualifier)
        return Fact(line, question, (subject.kind, index, subject.name, qualifier), (subject.kind, index, qualifier), vague), value

    def qualifiers(self, kind: str, count: int) -> list[str]:
        v = self.v
        return [text.format(P=v.made_up()) for text in v.random.sample(QUALIFIERS.get(kind, QUALIFIERS["any"]), count)]

    def asked_again(self, fact: Fact, subject: Subject) -> Fact:
        """The same fact under another question."""
        attribute = SUBJECTS[subject.kind][fact.topic[1]]
        question, vague = self.question(attribute, subject, subject.name, "", fact.topic[3])
        return replace(fact, question=question, vague=vague)
