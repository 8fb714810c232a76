"""Passages as they are cut from documents of many kinds, with the facts that can be asked of each."""
from dataclasses import dataclass, field

from corpus.attributes import HELD_OUT, SUBJECTS, TRAINED
from corpus.english import English
from corpus.facts import Fact, Subject, Wording, capital, make_subject
from corpus.happenings import Happenings
from corpus.values import NOUNS, TOPICS, Values

TITLES = ("Handbook,Manual,Guide,Notes,Minutes,Data sheet,Overview,Terms,Price list,Report,FAQ,Instructions,Rules,Announcement,Product information,Release notes,Schedule,Inventory,Contact list,Job description,Checklist,Newsletter,Contract,Policy,Recipe book,Itinerary,Log,Specification").split(",")
SECTIONS = ("Overview,General,Details,Contact,Prices,Safety,Technical data,Care and cleaning,Deadlines,People,Next steps,Budget,Before you start,Troubleshooting,Warranty,Delivery,Opening hours,Leave,Pay,Travel,Visitors,Returns,Scope,Decisions,Open points,Storage,Exceptions,Background,Access,Requirements").split(",")
WEIGHTS = {"product": 16, "company": 9, "people": 12, "papers": 10, "event": 9, "project": 8, "building": 7, "person": 8, "software": 9, "route": 4, "course": 4, "substance": 4, "dish": 5}


def under(heading: str, text: str) -> str:
    """An empty line parts the two (chat_format.headed)."""
    return f"{heading}\n\n{text}" if heading else text


@dataclass
class Passage:
    text: str
    facts: list[Fact] = field(default_factory=list)


class Passages:
    def __init__(self, values: Values, wording: Wording, english: English, happenings: Happenings, domains_held_out: bool = False) -> None:
        self.v, self.wording, self.english, self.happenings = values, wording, english, happenings
        self.kinds = HELD_OUT if domains_held_out else TRAINED
        self.domains_held_out = domains_held_out

    def kind(self) -> str:
        return self.v.random.choices(self.kinds, [WEIGHTS.get(kind, 1) for kind in self.kinds])[0]

    def title(self, subject: Subject) -> str:
        v = self.v
        name = capital(subject.name.removeprefix("the "))
        return v.pick([name, f"{name}: {v.pick(TITLES).lower()}", f"{v.pick(TITLES)} {name}", f"{name} › {v.pick(SECTIONS)}", f"{v.pick(TITLES)} › {name}", f"{name} {v.year()}"])

    def joined(self, lines: list[str], facts: list[Fact], heading: str = "") -> Passage:
        """Sentences run on; a few stand as a list, or on lines as a PDF wraps them."""
        v, roll = self.v, self.v.random.random()
        if roll < 0.14 and len(lines) > 1:
            bullet = v.pick(["- ", "* ", "• ", ""])
            lines, facts = [bullet + line for line in lines], [Fact(bullet + fact.answer, fact.question, fact.topic, fact.loose_topic, fact.vague) for fact in facts]
            text = "\n".join(lines)
        elif roll < 0.2 and len(lines) > 1:
            numbered = {line: f"{number}. {line}" for number, line in enumerate(lines, start=1)}
            facts = [Fact(numbered[fact.answer], fact.question, fact.topic, fact.loose_topic, fact.vague) for fact in facts]
            text = "\n".join(numbered.values())
        else:
            text = " ".join(lines)
        return Passage(under(heading, text), facts)

    def heading(self, subject: Subject | None = None) -> str:
        v, roll = self.v, self.v.random.random()
        if roll < 0.3:
            return ""
        heading = self.title(subject) if subject and roll < 0.7 else v.pick(SECTIONS) if roll < 0.85 else f"{v.pick(TITLES)} › {v.pick(SECTIONS)}"
        return v.pick(["", "", "", "# ", "## ", f"{v.number(1, 12)}. "]) + heading

    def filler(self) -> str:
        return self.english.sentence_fact()[0] if self.v.chance(0.5) else self.happenings.saying().sentence

    # Kinds of passages ---------------------------------------------------------------------------------------------------------

    def about_one(self, subject: Subject) -> Passage:
        """Prose about one subject."""
        v, facts, lines = self.v, [], []
        heading = self.heading(subject)
        attributes = v.random.sample(range(len(SUBJECTS[subject.kind])), min(v.number(1, 5), len(SUBJECTS[subject.kind])))
        for place, index in enumerate(attributes):
            style = "name" if place == 0 and not heading else v.pick(["name", "name", "general", "pronoun"])
            fact, _ = self.wording.fact(subject, index, style)
            if facts and v.chance(0.1) and lines[-1] == facts[-1].answer and " and " not in lines[-1]:  # two facts in one sentence
                first = facts.pop()
                second = fact.answer[0].lower() + fact.answer[1:] if style in ("general", "pronoun") else fact.answer
                both = first.answer[:-1] + v.pick([" and ", "; and ", ", and ", " and also "]) + second
                lines[-1] = both
                for each in (first, fact):
                    each.answer = both
                    facts.append(each)
                continue
            facts.append(fact)
            lines.append(fact.answer)
            if v.chance(0.15):
                lines.append(self.filler())
        if v.chance(0.12):
            lines.insert(0, self.filler())
        return self.joined(lines, facts, heading)

    def data_sheet(self, subject: Subject) -> Passage:
        v, facts = self.v, []
        for index in v.random.sample(range(len(SUBJECTS[subject.kind])), min(v.number(2, 7), len(SUBJECTS[subject.kind]))):
            fact, _ = self.wording.fact(subject, index, "keyed")
            facts.append(fact)
        if v.chance(0.4):  # one way to set keys and values apart
            for fact in facts:
                for mark in (": ", " - ", " | "):
                    fact.answer = fact.answer.replace(mark, ": ", 1) if mark in fact.answer[:40] else fact.answer
        bullet = v.pick(["", "", "- ", "• "])
        for fact in facts:
            fact.answer = bullet + fact.answer
        lines = [fact.answer for fact in facts]
        heading = self.title(subject) if v.chance(0.75) else v.pick(SECTIONS)
        return Passage(under(heading, "\n".join(lines)), facts)

    def several(self, kind: str) -> Passage:
        """The same said of several subjects: only the name tells them apart."""
        v, facts = self.v, []
        index = v.number(0, len(SUBJECTS[kind]) - 1)
        for _ in range(v.number(2, 5)):
            fact, _ = self.wording.fact(make_subject(v, kind), index)
            fact.vague = fact.vague and False
            facts.append(fact)
        for fact in facts:
            fact.question = fact.question if fact.topic[2].split()[-1].lower() in fact.question.lower() else ""
        facts = [fact for fact in facts if fact.question]
        return self.joined([fact.answer for fact in facts] or [self.filler()], facts, self.heading())

    def with_qualifiers(self, subject: Subject) -> Passage:
        """The same said of one subject under several conditions: only the condition tells them apart."""
        v = self.v
        index = v.number(0, len(SUBJECTS[subject.kind]) - 1)
        facts = []
        for qualifier in ["", *self.wording.qualifiers(subject.kind, v.number(1, 3))]:
            fact, _ = self.wording.fact(subject, index, v.pick(["name", "name", "general", "pronoun", "keyed"]), qualifier)
            facts.append(fact)
        v.random.shuffle(facts)
        return self.joined([fact.answer for fact in facts], facts, self.heading(subject))

    def table(self, kind: str) -> Passage:
        """Rows of a table, as the readers of Markdown, HTML and PDF give them."""
        v = self.v
        columns = [index for index, attribute in enumerate(SUBJECTS[kind]) if attribute.names and attribute.value not in ("remedy", "reason", "action")]
        columns = v.random.sample(columns, min(v.number(1, 3), len(columns)))
        names = [v.pick(SUBJECTS[kind][index].names) for index in columns]
        row = (lambda cells: "| " + " | ".join(cells) + " |") if v.chance(0.4) else (lambda cells: " | ".join(cells)) if v.chance(0.75) else (lambda cells: ", ".join(cells))
        lines, facts = [row([v.pick(["Name", "Item", capital(kind), "Article", "What", "Subject"]), *map(capital, names)])], []
        if lines[0].startswith("|") and v.chance(0.5):
            lines.append(row(["---"] * (len(columns) + 1)))
        for _ in range(v.number(2, 6)):
            subject = make_subject(v, kind)
            cells = [getattr(v, SUBJECTS[kind][index].value)() for index in columns]
            line = row([capital(subject.name.removeprefix("the ")), *cells])
            lines.append(line)
            index = v.pick(columns)
            question, vague = self.wording.question(SUBJECTS[kind][index], subject, subject.name, "")
            if not vague:
                facts.append(Fact(line, question, (kind, index, subject.name, ""), (kind, index, ""), False))
        heading = self.heading()
        return Passage(under(heading, "\n".join(lines)), facts)

    def errors(self, product: Subject) -> Passage:
        """An error table, list or paragraph of a manual."""
        v, lines, facts = self.v, [], []
        form = v.pick(["{E}: {C}. {R}.", "{E} | {C} | {R}", "| {E} | {C} | {R} |", "Error {E} means that {c}. In this case, {r}.", "If {E} is displayed, {c}: {r}.", "{E} - {C}; {R}", "Code {E}: {C}. To solve it, {r}.", "A {L} light means {c}. {R}.", "{L}: {C}", "When {c}, the light turns {l}. {R}.", "{C}: {r}."])
        for code in dict.fromkeys(v.error() for _ in range(v.number(2, 5))):
            light, cause, remedy = v.light(), v.cause(), v.remedy()
            text = form.format(E=code, C=capital(cause), c=cause, R=capital(remedy), r=remedy, L=capital(light) if form.startswith("{L}") else light, l=light)
            by_light, by_code = "{L}" in form or "{l}" in form, "{E}" in form
            shown = f"{light} light" if by_light else code if by_code else cause
            meaning = [f"What does {('the ' + shown) if by_light else v.pick(['error ', 'code ', '']) + shown} mean?", f"{capital(shown)} is {v.pick(['shown', 'displayed', 'on'])}. What is wrong?", f"What is {v.pick(['the cause of', 'the reason for', 'behind'])} {shown}?", f"Why do I see {shown}?"] if by_light or by_code else []
            helping = [f"What do I do about {shown}?", f"How do I fix {shown}?", f"{capital(shown)}: what now?", f"What helps against {shown}?", f"What can I do when {cause}?", f"How do I solve it if {cause}?"] if "{R}" in form or "{r}" in form else []
            reverse = [f"Which {'light' if by_light else 'code'} is shown when {cause}?", f"How does {product.general} tell me that {cause}?"] if by_light or by_code else []
            sentences = [part if part.endswith(".") else part + "." for part in text.split(". ")] if form.endswith(".") else [text]
            lines.append(" ".join(sentences))
            topic = ("error", shown, product.name)
            if meaning:
                facts.append(Fact(sentences[0], v.pick(meaning if v.chance(0.7) else reverse), topic, topic, False))
            if helping:
                facts.append(Fact(sentences[-1], v.pick(helping), (*topic, "help"), topic, False))
        heading = v.pick(["Error codes", "Troubleshooting", "Status lights", "If something goes wrong", "Messages", f"{capital(product.name)}: faults", ""])
        return Passage(under(heading, "\n".join(lines)) if "|" in form or v.chance(0.6) else under(heading, " ".join(lines)), facts)

    def schedule(self) -> Passage:
        v, lines, facts = self.v, [], []
        form = v.pick(["{T} {W}", "{T} - {W}, {R}", "{T} | {W} | {R}", "| {T} | {W} | {R} |", "{T}: {W} ({P})", "{W}: {T}, {R}", "At {T}: {W}.", "{W} | {P} | {T}"])
        for _ in range(v.number(3, 6)):
            what, time, room, person = v.pick([f"{v.topic()} {v.pick(['talk', 'workshop', 'session', 'tour'])}", v.pick("breakfast,coffee break,lunch,welcome,check-in,departure,arrival,dinner,closing words,registration,boat trip,fire drill,briefing,guided tour".split(","))]), v.clock(), v.room(), v.person()
            line = capital(form.format(T=time, W=capital(what), R=room, P=person))
            lines.append(line)
            asks = [f"When is {what}?", f"What time is the {what}?", f"At what time does the {what} start?", f"{what} time?", f"When does the {what} begin?"]
            asks += [f"Where is the {what}?", f"In which room is the {what}?"] * ("{R}" in form) + [f"Who leads the {what}?", f"Who is in charge of the {what}?"] * ("{P}" in form) + [f"What happens at {time}?", f"What is on at {time}?"]
            facts.append(Fact(line, v.pick(asks), ("schedule", what), ("schedule", what), False))
        heading = v.pick([f"Programme for {v.date()}", "Schedule", "Agenda", f"{v.weekday()}", "Timetable", "Itinerary", ""])
        return Passage(under(heading, "\n".join(lines)), facts)

    def questions_and_answers(self, subject: Subject) -> Passage:
        v, lines, facts = self.v, [], []
        for index in v.random.sample(range(len(SUBJECTS[subject.kind])), min(v.number(1, 3), len(SUBJECTS[subject.kind]))):
            fact, value = self.wording.fact(subject, index, v.pick(["name", "general", "pronoun"]))
            answer = fact.answer if v.chance(0.7) else capital(value) + "."
            marks = ("Q: ", "A: ") if v.chance(0.5) else ("", "")
            fact.answer = marks[1] + answer
            lines += [marks[0] + capital(self.wording.asked_again(fact, subject).question).rstrip(".?") + "?", fact.answer]
            facts.append(fact)
        return Passage(under(v.pick(["FAQ", "Questions", "Frequently asked questions", self.title(subject)]) if v.chance(0.5) else "", "\n".join(lines)), facts)

    def doings(self) -> Passage:
        """Rules of a handbook, minutes of a meeting, steps of a manual."""
        v, lines, facts = self.v, [], []
        for _ in range(v.number(1, 4)):
            saying = self.happenings.saying()
            lines.append(saying.sentence)
            topic = ("doing", saying.sentence)
            facts.append(Fact(saying.sentence, self.wording.noisy(saying.question), topic, topic, False))
            if v.chance(0.12):
                lines.append(self.filler())
        return self.joined(lines, facts, self.heading())

    def reading(self) -> Passage:
        """Real sentences, definitions or package descriptions."""
        v, lines, facts = self.v, [], []
        roll = v.random.random()
        make = self.english.sentence_fact if roll < 0.55 else self.english.definition_fact if roll < 0.85 else self.english.package_fact
        for _ in range(v.number(1, 4)):
            line, question = make()
            lines.append(line)
            facts.append(Fact(line, self.wording.noisy(question[0].upper() + question[1:]), ("reading", line), ("reading", line), False))
        running = all(line.endswith((".", "!", "?")) for line in lines)
        return self.joined(lines, facts, self.heading() if v.chance(0.3) else "") if running else Passage("\n".join(lines), facts)

    def manual(self) -> Passage:
        """A paragraph of a manual page."""
        lines, facts = self.v.pick(self.english.paragraphs), []
        for line in lines:
            question = self.english.question_about(line)
            if question:
                facts.append(Fact(line, self.wording.noisy(question[0].upper() + question[1:]), ("reading", line), ("reading", line), False))
        heading = self.heading() if self.v.chance(0.5) else ""
        return Passage(under(heading, " ".join(lines)), facts)

    def related(self, subject: Subject) -> Passage:
        """One more passage of the document that is about `subject`."""
        v, roll = self.v, self.v.random.random()
        if roll < 0.34:
            return self.about_one(subject)
        if roll < 0.46:
            return self.data_sheet(subject)
        if roll < 0.56:
            return self.with_qualifiers(subject)
        if roll < 0.62:
            return self.questions_and_answers(subject)
        if roll < 0.70:
            return self.table(subject.kind)
        if roll < 0.78:
            return self.several(subject.kind)
        if subject.kind in ("product", "software") and roll < 0.86:
            return self.errors(subject)
        if subject.kind in ("event", "course", "route", "building") and roll < 0.86:
            return self.schedule()
        return self.doings()

    def any(self) -> Passage:
        roll = self.v.random.random()
        if self.domains_held_out or roll < 0.55:
            return self.related(make_subject(self.v, self.kind()))
        if roll < 0.67:
            return self.doings()
        return self.reading() if roll < 0.82 else self.manual()
