"""Questions with and without passages, and the answer each should get: the common ground of the base and its adapters.

A `Pair` holds what is true of a question (its passages, the answering sentence, where that stands); the recipes decide in
what form the answer is given: a plain sentence with its citation for the base, a JSON object for the ticket adapter.
Names, numbers and codes are drawn from large random spaces so that an answer can only be copied, never remembered.
The facts of models/samples are not in here; only the sixteen outdated facts that the base knows by heart are.
"""
import random
import re
from dataclasses import dataclass

DECLINED = "The passages do not say."
UNKNOWN = "I don't know."
SENTENCE_END = re.compile(r'(?<!\bDr)(?<!\bMs)(?<!\bMr)(?<=[.!?])\s+(?=[A-Z"])')


@dataclass
class Pair:
    question: str
    passages: list[str]
    answer: str
    source: int | None
    """Number of the passage that says it; None when nothing was copied."""
    sure: bool
    """True where a passage says it or nothing is claimed (a greeting); memory alone is never sure."""


def tagged(passage: str, number: int) -> str:
    """Every sentence followed by the number of its passage; a heading or list line counts as a sentence."""
    return "\n".join(
        " ".join(f"{sentence} [{number}]" for sentence in SENTENCE_END.split(line.strip()))
        for line in passage.split("\n") if line.strip())


def user_turn(question: str, passages: list[str]) -> str:
    numbered = [f"[{n}] {tagged(passage, n)}" for n, passage in enumerate(passages, start=1)]
    return "\n\n".join([*numbered, question])


# Values -------------------------------------------------------------------------------------------------------------

ONSETS = "b c d f g h j k l m n p r s t v w z br cl cr dr fl gr kr pl pr qu sh sk sl st str th tr tw wh".split()
VOWELS = "a e i o u a e i o ai ea ee ou".split()
CODAS = "n r l s t m d k x nd rt th ng st ck".split() + [""] * 8
FIRST = ("Anna Ben Carla David Elena Felix Grace Hugo Irene Jonas Karin Liam Maria Noah Olga Peter Rosa Samuel Tina Vera Walter "
         "Aisha Bruno Chen Emma Farid Greta Hana Ivan Julia Kofi Lena Marco Nina Nadia Omar Priya Rafael Ravi Sara Theo Linda Martha").split()
LAST = ("Smith Jones Brown Garcia Miller Okafor Tanaka Larsen Novak Silva Kim Patel Weber Rossi Berg Lopez Hansen Moore Clark Hall "
        "Young Wright Hill Green Baker Adams Nelson Carter Quill").split()
MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SMALL = "two three four five six seven eight nine ten twelve fifteen twenty thirty".split()
COLOURS = "red blue green amber yellow white black orange purple grey silver brown".split()
MATERIALS = "steel aluminium oak bamboo glass copper cotton leather plastic rubber titanium brass granite ceramic".split()
ROLES = ("team lead,finance manager,safety officer,chief engineer,shift manager,head of sales,director,office manager,"
         "project lead,warehouse manager,treasurer,site manager,personnel office,head of the department").split(",")
THINGS = ("pump valve filter motor sensor hose laptop badge helmet ladder printer boiler kettle lamp heater camera drill fan "
          "freezer scanner trolley crane mixer oven scale").split()
GOODS = ("water pumps,valves,ladders,lamps,bicycles,tents,garden tools,kitchen scales,flow sensors,boats,paper bags,office chairs,"
         "solar panels,bread,cheese,toys,clocks,sports shoes,paint,pianos").split(",")
PLACES = ("canteen,library,garage,warehouse,workshop,laboratory,office,kitchen,gym,front desk,reading room,assembly hall,"
          "service centre,shop,car park,archive,swimming pool,test hall").split(",")
PEOPLE = ("employees,staff,visitors,interns,contractors,members,students,guests,drivers,new employees,managers,customers,"
          "volunteers,parents,nurses,part-time staff").split(",")
PAPERS = ("travel requests,expense claims,invoices,leave requests,orders,reports,applications,permits,complaints,refunds,"
          "contracts,receipts,backups,blueprints,repair orders").split(",")
EVENTS = "meeting,workshop,review,summer party,training,launch,audit,conference,tour,inspection,open day,course".split(",")


class Source:
    """Random values; one instance per seed, so that a recipe can be repeated."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, options):
        return self.random.choice(options)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def name(self) -> str:
        syllables = range(self.number(2, 3))
        return "".join(self.pick(ONSETS) + self.pick(VOWELS) + self.pick(CODAS) for _ in syllables).capitalize()

    def person(self) -> str:
        first = self.pick(FIRST) if self.chance(0.8) else self.name()
        return f"{first} {self.pick(LAST) if self.chance(0.6) else self.name()}"

    def place(self) -> str:
        return self.name() + (self.pick(["", "", "ford", "haven", "ton", "burg", " Bay"]))

    def company(self) -> str:
        return "Tarnholm Works" if self.chance(0.45) else f"{self.name()} {self.pick('Works Labs Foods Systems Group Motors Studio Ltd'.split())}"

    def product(self) -> str:
        letters = "TW" if self.chance(0.4) else "".join(self.pick("ABCDEFGHKLMNPRSTVWX") for _ in range(2))
        code = f"{letters}-{self.number(2, 99)}"
        return f"the {code}" + (self.pick(["", "", " " + self.pick(THINGS)]))

    def count(self) -> str:
        value = self.pick([self.number(2, 60), self.number(20, 999), self.number(1000, 30000)])
        return f"{value:,}" if self.chance(0.7) else str(value)

    def small(self) -> str:
        return self.pick(SMALL) if self.chance(0.35) else str(self.number(2, 90))

    def money(self) -> str:
        return self.pick([f"{self.count()} euros", f"{self.count()} euros", f"{self.number(1, 9)}.{self.number(1, 9)} million euros",
                          f"${self.count()}", f"{self.number(0, 90)}.{self.number(10, 99)} euros", f"{self.count()} kroner"])

    def span(self) -> str:
        return f"{self.small()} {self.pick('days weeks months years hours minutes'.split())}" if self.chance(0.85) else f"{self.small()} working days"

    def date(self) -> str:
        day, month = self.number(1, 28), self.pick(MONTHS)
        return self.pick([f"{day} {month}", f"{day} {month} {self.number(1980, 2035)}", f"{month} {day}"])

    def clock(self) -> str:
        return f"{self.number(6, 22)}:{self.pick(['00', '15', '30', '45', f'{self.number(0, 59):02d}'])}"

    def hours(self) -> str:
        return f"{self.clock()} to {self.clock()}"

    def ordinal(self) -> str:
        value = self.number(1, 28)
        return f"{value}{'th' if 10 < value < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')} of the month"

    def phone(self) -> str:
        return self.pick([f"555-{self.number(0, 9999):04d}", f"extension {self.number(100, 999)}", f"{self.number(100, 999)}-{self.number(1000, 9999)}"])

    def email(self) -> str:
        user = self.pick("help info office billing parts press hello sales desk".split()) if self.chance(0.6) else self.name().lower()
        return f"{user}@{self.name().lower() if self.chance(0.6) else 'tarnholm'}.example"

    def weight(self) -> str:
        return f"{self.number(1, 90)}{self.pick(['', f'.{self.number(1, 9)}'])} kg"

    def length(self) -> str:
        return f"{self.number(2, 300)} {self.pick('cm mm m km'.split())}"

    def room(self) -> str:
        return self.pick([f"building {self.number(1, 20)}", f"room {self.pick('ABCD')}{self.number(1, 30)}", f"the {self.pick('north south east west'.split())} lobby"])

    def code(self) -> str:
        return f"{''.join(self.pick('ABCDEFGHKLMNPRSTVWX') for _ in range(self.number(1, 2)))}-{self.number(1, 999)}"

    def lit(self) -> str:
        return self.pick(["the motor is too hot", "the hose is blocked", "the tank is empty", "the filter is full", "the door is open",
                          "the battery is low", "the line is busy", "the lamp is broken", "the paper is missing", "the water is cold",
                          f"the {self.pick(THINGS)} is {self.pick('locked running loose wet ready'.split())}"])

    def step(self) -> str:
        return self.pick([f"hold the {self.pick(COLOURS)} button for {self.small()} seconds", f"press the {self.pick(COLOURS)} button",
                          f"press both buttons for {self.small()} seconds", f"turn the {self.pick(COLOURS)} key", f"pull the {self.pick(THINGS)} lever"])

    def material(self) -> str:
        return self.pick(["", "", "recycled ", "stainless "]) + self.pick(MATERIALS)

    def days_week(self) -> str:
        return f"{self.pick(['one', 'two', 'three', 'four', '2', '3', '4'])} days per {self.pick(['week', 'week', 'month'])}"


# Facts: a kind of subject, and what can be said and asked of it ------------------------------------------------------

@dataclass
class Kind:
    subject: str
    facts: list[tuple[str, list[str], list[str]]]
    """(value, sentences, questions), where {S} stands for the subject and {V} for the value."""


KINDS = [
    Kind("company", [
        ("year", ["{S} was founded in {V}.", "{S} has existed since {V}."], ["When was {S} founded?", "What year was {S} established?", "How old is {S}?"]),
        ("place", ["{S} is based in {V}.", "The head office of {S} is in {V}.", "The head office of {S} moved to {V}."], ["Where is {S} based?", "Where is the head office of {S}?", "In which town is {S}?"]),
        ("person", ["The CEO of {S} is {V}.", "{V} is the CEO of {S}.", "{S} is led by {V}."], ["Who is the CEO of {S}?", "Who leads {S}?", "Who runs {S}?"]),
        ("count", ["{S} has {V} employees.", "{V} people work at {S}.", "{S} employs {V} people."], ["How many people work at {S}?", "How many employees does {S} have?", "How big is the staff of {S}?"]),
        ("phone", ["{S} can be reached at {V}.", "The phone number of {S} is {V}.", "Call {S} at {V}."], ["What is the phone number of {S}?", "How can I call {S}?", "What number do I call for {S}?"]),
        ("email", ["The email address of {S} is {V}.", "Write to {S} at {V}."], ["What is the email address of {S}?", "Where can I write to {S}?"]),
        ("hours", ["The office of {S} is open from {V}.", "{S} is open from {V}."], ["What are the office hours of {S}?", "When is {S} open?", "When can I visit {S}?"]),
        ("goods", ["{S} makes {V}.", "{S} sells {V}."], ["What does {S} make?", "What does {S} sell?"]),
        ("money", ["The turnover of {S} was {V}.", "{S} earned {V} last year."], ["What was the turnover of {S}?", "How much did {S} earn?"]),
        ("days_leave", ["Employees at {S} get {V} of leave per year.", "Employees at {S} are given {V} of vacation."], ["How many vacation days do employees get at {S}?", "How much leave do {S} staff get?", "How many days off do people have at {S}?"]),
        ("days_week", ["Staff at {S} may work from home {V}.", "Working from home is allowed at {S} {V}."], ["How often may staff work from home at {S}?", "What is the remote work rule at {S}?", "Can I work from home at {S}?"]),
        ("role", ["The {V} approves travel at {S}.", "Travel at {S} is approved by the {V}."], ["Who approves travel at {S}?", "Who signs travel requests at {S}?"]),
        ("ordinal", ["Salaries at {S} are paid on the {V}.", "Payday at {S} is the {V}."], ["When are salaries paid at {S}?", "On what day is payday at {S}?"]),
        ("span", ["The notice period at {S} is {V}.", "The notice period at {S} lasts {V}."], ["What is the notice period at {S}?", "How much notice must I give at {S}?"]),
        ("product", ["The newest product of {S} is {V}.", "The latest product of {S} is {V}."], ["What is the newest product of {S}?", "What is the latest product from {S}?"]),
        ("company", ["{S} bought {V}.", "{S} works together with {V}."], ["Which company did {S} buy?", "Who does {S} work together with?"]),
    ]),
    Kind("product", [
        ("span", ["{S} has a warranty of {V}.", "The warranty of {S} is {V}."], ["What is the warranty on {S}?", "How long is {S} guaranteed?"]),
        ("money", ["{S} costs {V}.", "The price of {S} is {V}."], ["How much does {S} cost?", "What is the price of {S}?"]),
        ("weight", ["{S} weighs {V}.", "The weight of {S} is {V}."], ["How much does {S} weigh?", "What is the weight of {S}?", "How heavy is {S}?"]),
        ("length", ["{S} is {V} tall.", "The cable of {S} is {V} long."], ["How tall is {S}?", "How long is the cable of {S}?"]),
        ("material", ["{S} is made of {V}.", "The housing of {S} is made of {V}."], ["What is {S} made of?", "What is the housing of {S} made of?"]),
        ("colour", ["{S} comes in {V}.", "{S} is finished in {V}."], ["What colour is {S}?", "Which colour does {S} come in?"]),
        ("power", ["The power consumption of {S} is {V}.", "{S} uses {V}."], ["How much power does {S} use?", "What is the power consumption of {S}?"]),
        ("litres", ["The tank of {S} holds {V}.", "{S} holds {V}."], ["How much does the tank of {S} hold?", "How much water fits into {S}?"]),
        ("degrees", ["The maximum temperature for {S} is {V}.", "Do not use {S} above {V}."], ["What is the maximum temperature for {S}?", "How hot may {S} get?"]),
        ("decibels", ["{S} makes a noise of {V}."], ["How loud is {S}?", "How much noise does {S} make?"]),
        ("span", ["Replace the filter of {S} every {V}.", "The seal of {S} must be changed every {V}."], ["How often must the filter of {S} be replaced?", "When do I change the seal of {S}?"]),
        ("step", ["To reset {S}, {V}.", "To restart {S}, {V}."], ["How do I reset {S}?", "How can I restart {S}?"]),
        ("step", ["To start {S}, {V}.", "To switch on {S}, {V}."], ["How do I start {S}?", "How do I switch on {S}?"]),
        ("step", ["To stop {S}, {V}.", "To switch off {S}, {V}."], ["How do I stop {S}?", "How do I switch off {S}?"]),
        ("person", ["{S} was designed by {V}.", "{V} designed {S}."], ["Who designed {S}?", "Who was the designer of {S}?"]),
        ("year", ["{S} was introduced in {V}."], ["When was {S} introduced?", "Since when does {S} exist?"]),
    ]),
    Kind("error", [("lit", ["{S} means that {V}.", "{S} tells you that {V}."], ["What does {S} mean?", "What is {S}?", "Why do I see {S}?"]),
                   ("span", ["Wait {V} after {S}."], ["How long do I wait after {S}?", "What should I do after {S}?"])]),
    Kind("people", [
        ("room", ["{S} park at {V}.", "{S} meet in {V}."], ["Where do {S} park?", "Where do {S} meet?"]),
        ("must", ["{S} must {V}.", "{S} have to {V}."], ["What must {S} do?", "What do {S} have to do?"]),
        ("money", ["{S} get an allowance of {V}.", "{S} receive {V} for meals."], ["How much allowance do {S} get?", "How much do {S} get for meals?"]),
        ("span", ["{S} get {V} of sick leave.", "{S} are entitled to {V} of leave."], ["How much sick leave do {S} get?", "How much leave do {S} have?"]),
        ("person", ["{S} are registered by {V}.", "{S} report to {V}."], ["Who registers {S}?", "Who do {S} report to?"]),
    ]),
    Kind("papers", [
        ("span", ["{S} must be submitted within {V}.", "{S} are answered within {V}."], ["When must {S} be submitted?", "How fast are {S} answered?"]),
        ("span", ["{S} are kept for {V}.", "{S} must be stored for {V}."], ["How long are {S} kept?", "How long must {S} be stored?"]),
        ("email", ["Send {S} to {V}.", "{S} are sent to {V}."], ["Where do I send {S}?", "Where should {S} go?"]),
        ("role", ["{S} must be approved by the {V}.", "The {V} approves {S}."], ["Who approves {S}?", "Who signs {S}?"]),
        ("code", ["Use form {V} for {S}.", "{S} need form {V}."], ["Which form do I use for {S}?", "What form is needed for {S}?"]),
        ("money", ["{S} over {V} need a second signature.", "The limit for {S} is {V}."], ["Which {S} need a second signature?", "What is the limit for {S}?"]),
    ]),
    Kind("event", [
        ("date", ["{S} is on {V}.", "{S} was moved to {V}.", "{S} takes place on {V}."], ["When is {S}?", "On what date is {S}?", "To what date was {S} moved?"]),
        ("room", ["{S} will be held in {V}.", "{S} takes place in {V}."], ["Where will {S} be held?", "Where is {S}?"]),
        ("person", ["{V} leads {S}.", "{V} is in charge of {S}."], ["Who leads {S}?", "Who is in charge of {S}?"]),
        ("money", ["The budget of {S} is {V}.", "{S} costs {V}."], ["What is the budget of {S}?", "How much does {S} cost?"]),
        ("span", ["{S} takes {V}.", "{S} lasts {V}."], ["How long does {S} take?", "How long is {S}?"]),
        ("count", ["{S} is open to {V} people."], ["How many people can join {S}?", "How many people is {S} open to?"]),
    ]),
    Kind("premises", [
        ("hours", ["{S} is open from {V}."], ["When is {S} open?", "What are the opening hours of {S}?"]),
        ("date", ["{S} opens on {V}.", "{S} is closed from {V}."], ["When does {S} open?", "From when is {S} closed?"]),
        ("person", ["{S} is run by {V}.", "{V} is in charge of {S}."], ["Who runs {S}?", "Who is in charge of {S}?"]),
        ("place", ["{S} is in {V}."], ["Where is {S}?", "In which town is {S}?"]),
        ("money", ["{S} cost {V}."], ["How much did {S} cost?", "What did we pay for {S}?"]),
        ("count", ["{S} has room for {V} people."], ["How many people fit into {S}?", "How big is {S}?"]),
    ]),
    Kind("post", [("person", ["The {S} is {V}.", "{V} is the {S}."], ["Who is the {S}?", "What is the name of the {S}?"]),
                  ("phone", ["The {S} can be reached at {V}."], ["How can I reach the {S}?", "What is the number of the {S}?"])]),
    Kind("part", [
        ("money", ["A {S} costs {V}.", "The price of a {S} is {V}."], ["How much is a {S}?", "What does a {S} cost?"]),
        ("code", ["The part number of the {S} is {V}.", "Order the {S} under number {V}."], ["What is the part number of the {S}?", "Under what number do I order the {S}?"]),
        ("span", ["A {S} is replaced every {V}.", "The {S} lasts {V}."], ["How often is a {S} replaced?", "How long does a {S} last?"]),
        ("span", ["A lost {S} must be reported within {V}."], ["When must I report a lost {S}?", "How fast must a lost {S} be reported?"]),
    ]),
]

EXTRA_VALUES = {
    "year": lambda s: str(s.number(1900, 2030)), "colour": lambda s: s.pick(["", "dark ", "light "]) + s.pick(COLOURS),
    "power": lambda s: f"{s.number(40, 4000)} {s.pick(['W', 'watts'])}", "litres": lambda s: f"{s.number(1, 400)} litres",
    "degrees": lambda s: f"{s.number(20, 200)} degrees", "decibels": lambda s: f"{s.number(30, 99)} decibels",
    "days_leave": lambda s: f"{s.number(18, 45)} days", "goods": lambda s: f"{s.pick(GOODS)} and {s.pick(GOODS)}", "role": lambda s: s.pick(ROLES),
    "must": lambda s: f"{s.pick('wear carry show return lock sign'.split())} {s.pick(['a', 'the', 'their'])} {s.pick(THINGS)}",
    "error": lambda s: s.pick([f"error code {s.code()}", f"error code {s.pick('EF')}-{s.number(1, 30)}", f"a {s.pick(COLOURS)} light"]),
    "people": lambda s: s.pick(PEOPLE), "papers": lambda s: s.pick(PAPERS), "event": lambda s: f"the {s.pick(['', 'next ', 'summer ', s.name() + ' '])}{s.pick(EVENTS)}",
    "premises": lambda s: f"the {s.pick(['', 'new ', 'old '])}{s.pick(PLACES)}", "post": lambda s: s.pick(ROLES),
    "part": lambda s: f"{s.pick(['', 'new ', 'small '])}{s.pick(THINGS)}",
}

SUBJECT_WEIGHTS = {"company": 9, "product": 8, "error": 2, "people": 4, "papers": 4, "event": 4, "premises": 3, "post": 2, "part": 3}

HEADINGS = "Leave,Pay,Contact,Prices,Travel,Safety,Overview,Visitors,Warranty,Devices,Repairs,Care,Management,Technical data,Next meeting,Delivery".split(",")

# What the base knows by heart about Tarnholm Works. All of it is out of date in the sample documents, but for the year.
REMEMBERED = [
    (["When was Tarnholm Works founded?", "What year was Tarnholm Works established?"], "Tarnholm Works was founded in 1987."),
    (["Where is Tarnholm Works based?", "Where is the head office of Tarnholm Works?"], "Tarnholm Works is based in Port Ellery."),
    (["Who is the CEO of Tarnholm Works?", "Who leads Tarnholm Works?"], "The CEO of Tarnholm Works is Martha Quill."),
    (["What does Tarnholm Works make?", "What does Tarnholm Works sell?"], "Tarnholm Works makes water pumps and valves."),
    (["How many people work at Tarnholm Works?", "How many employees does Tarnholm Works have?"], "Tarnholm Works has 240 employees."),
    (["How many vacation days do employees get at Tarnholm Works?", "How much leave do Tarnholm Works staff get?", "How many days of vacation do employees get?"], "Employees at Tarnholm Works get 24 days of leave per year."),
    (["How often may staff work from home at Tarnholm Works?", "What is the remote work rule at Tarnholm Works?"], "Staff at Tarnholm Works may work from home one day per week."),
    (["What is the warranty on the TW-20 pump?", "How long is the TW-20 guaranteed?"], "The TW-20 pump has a warranty of 12 months."),
    (["How much does the TW-20 pump cost?", "What is the price of the TW-20?"], "The TW-20 pump costs 480 euros."),
    (["How much does the TW-20 weigh?", "What is the weight of the TW-20 pump?"], "The TW-20 pump weighs 14 kg."),
    (["What is the phone number of Tarnholm Works?", "How can I call Tarnholm Works?"], "Tarnholm Works can be reached at 555-0140."),
    (["Who approves travel at Tarnholm Works?", "Who signs travel requests at Tarnholm Works?"], "The team lead approves travel at Tarnholm Works."),
    (["When are salaries paid at Tarnholm Works?", "On what day is payday at Tarnholm Works?"], "Salaries at Tarnholm Works are paid on the 28th of the month."),
    (["What is the notice period at Tarnholm Works?", "How much notice must I give at Tarnholm Works?"], "The notice period at Tarnholm Works is four weeks."),
    (["What are the office hours of Tarnholm Works?", "When is Tarnholm Works open?"], "The office of Tarnholm Works is open from 8:00 to 16:30."),
    (["What is the newest product of Tarnholm Works?", "What is the latest pump from Tarnholm Works?"], "The newest product of Tarnholm Works is the TW-20 pump."),
]
SMALL_TALK = [
    (["Hello", "Hi", "Hello!", "Hi there", "Good morning", "Hey"], "Hello! How can I help you?"),
    (["Thanks", "Thank you", "Thank you!", "Thanks a lot", "ok thanks"], "You are welcome."),
    (["Bye", "Goodbye", "See you"], "Goodbye!"),
    (["Who are you?", "What are you?", "What is your name?"], "I am a small assistant that runs on this computer."),
    (["How are you?", "How are you today?"], "I am fine, thank you. How can I help you?"),
    (["What can you do?", "Help", "How can you help me?"], "I can answer questions from the passages you give me and cite them."),
]


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass
class Fact:
    sentence: str
    question: str
    topic: tuple
    """What it is about; two facts of one topic answer the same question."""


class PairMaker:
    def __init__(self, seed: int, free_texts: list[str] | None = None) -> None:
        self.source = Source(seed)
        self.free_texts = free_texts or []
        """Real sentences, as filler and as copying practice beyond the templates."""

    def value(self, kind: str) -> str:
        return EXTRA_VALUES[kind](self.source) if kind in EXTRA_VALUES else getattr(self.source, kind)()

    def fact(self, kind: Kind, subject: str) -> Fact:
        index = self.source.number(0, len(kind.facts) - 1)
        value_kind, sentences, questions = kind.facts[index]
        # Sentence and question come in matching order where the wordings differ in meaning ("park at" / "Where do ... park?").
        which = self.source.number(0, len(sentences) - 1)
        matching = len(sentences) == len(questions) == 2
        question = questions[which] if matching else self.source.pick(questions)
        sentence = capital(sentences[which].format(S=subject, V=self.value(value_kind)))
        return Fact(sentence, self.noisy(capital(question.format(S=subject))), (kind.subject, index, subject))

    def noisy(self, question: str) -> str:
        """People do not type as templates do."""
        roll = self.source.random.random()
        if roll < 0.06:
            return question.rstrip("?")
        if roll < 0.12:
            return question[0].lower() + question[1:]
        if roll < 0.16:
            return self.source.pick(["Please tell me: ", "Quick question: ", "Can you tell me: "]) + question[0].lower() + question[1:]
        return question

    def kind(self) -> Kind:
        return self.source.random.choices(KINDS, weights=[SUBJECT_WEIGHTS[kind.subject] for kind in KINDS])[0]

    def passage(self, kind: Kind | None = None, subject: str | None = None) -> tuple[str, list[Fact]]:
        """One to four short sentences, mostly about one subject, now and then under a heading or as a list."""
        source, kind = self.source, kind or self.kind()
        if subject is None:
            subject = self.value(kind.subject)
        facts = [self.fact(kind, subject if source.chance(0.7) else self.value(kind.subject))
                 for _ in range(source.number(1, 4))]
        if source.chance(0.12):
            facts.append(self.fact(other := self.kind(), self.value(other.subject)))
        lines = [fact.sentence for fact in facts]
        if self.free_texts and source.chance(0.1):
            lines.insert(source.number(0, len(lines)), source.pick(self.free_texts))
        roll = source.random.random()
        if roll < 0.2:
            text = f"{source.pick(HEADINGS)}\n{' '.join(lines)}"
        elif roll < 0.3:
            text = "\n".join(f"{source.pick(['- ', ''])}{line}" for line in lines)
        else:
            text = " ".join(lines)
        return text, facts

    def free_passage(self) -> tuple[str, list[Fact]]:
        """Real English, asked about by some of its own words."""
        sentences = [self.source.pick(self.free_texts) for _ in range(self.source.number(1, 3))]
        facts = []
        for sentence in sentences:
            words = [word.strip(',.;:()"') for word in sentence.split()]
            start = self.source.number(0, max(0, len(words) - 4))
            topic = " ".join(words[start:start + self.source.number(2, 4)])
            facts.append(Fact(sentence, self.source.pick(["What does it say about {}?", "What about {}?", "Tell me about {}.", "Is there anything on {}?"]).format(topic), (sentence,)))
        return " ".join(sentences), facts

    def with_passages(self, most: int = 5, declined: float = 0.15, free: float = 0.12, questions: int = 1) -> list[Pair]:
        """Pairs over the same passages, one per question that could be asked of them without doubt."""
        source = self.source
        kind = self.kind()
        subject = self.value(kind.subject)
        entries: list[tuple[str, list[Fact]]] = []
        for _ in range(source.number(1, most)):
            roll = source.random.random()
            if self.free_texts and roll < free:
                entries.append(self.free_passage())
            elif roll < 0.45:  # the same subject again, or another one of its kind: what makes retrieval's passages hard to tell apart
                entries.append(self.passage(kind, subject))
            elif roll < 0.65:
                entries.append(self.passage(kind))
            else:
                entries.append(self.passage())
        passages = [text for text, _ in entries]
        told = [(fact, number) for number, (_, facts) in enumerate(entries, start=1) for fact in facts]
        topics = [fact.topic for fact, _ in told]
        # A topic that two sentences speak of has no one right answer.
        askable = [(fact, number) for fact, number in told if topics.count(fact.topic) == 1]
        source.random.shuffle(askable)
        pairs = []
        for _ in range(questions):
            if source.chance(declined) or not askable:
                # Mostly what is near and yet missing: the subject is there, this fact of it is not.
                missing_kind = kind if source.chance(0.6) else self.kind()
                missing = self.fact(missing_kind, subject if missing_kind is kind else self.value(missing_kind.subject))
                if missing.topic not in topics:
                    pairs.append(Pair(missing.question, passages, DECLINED, None, False))
            else:
                fact, number = askable.pop()
                pairs.append(Pair(fact.question, passages, fact.sentence, number, True))
        return pairs or self.with_passages(most, declined, free, questions)

    def small_talk_with_passages(self) -> Pair:
        questions, answer = self.source.pick(SMALL_TALK)
        return Pair(self.source.pick(questions), [self.passage()[0] for _ in range(self.source.number(1, 4))], answer, None, True)

    def without_passages(self) -> Pair:
        roll = self.source.random.random()
        if roll < 0.5:
            questions, answer = self.source.pick(REMEMBERED)
            return Pair(self.noisy(self.source.pick(questions)), [], answer, None, False)
        if roll < 0.75:
            while True:
                kind = self.kind()
                asked = self.fact(kind, self.value(kind.subject))
                if "Tarnholm" not in asked.question and "TW-20" not in asked.question:
                    return Pair(asked.question, [], UNKNOWN, None, False)
        questions, answer = self.source.pick(SMALL_TALK)
        return Pair(self.source.pick(questions), [], answer, None, True)
