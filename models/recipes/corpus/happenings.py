"""Sentences about who does what, when, where, how and why; each slot can be asked for, with another verb than the sentence has.

One table of verbs gives statements of handbooks ("Orders are checked by the duty manager before noon"), minutes ("Anna Berg will order two
pumps") and manuals ("Rinse the filter with warm water"). Verbs marked `*` are kept out of training.
"""
from dataclasses import dataclass

from corpus.values import CARGO, DISHES, INGREDIENTS, NOUNS, PARTS, TOPICS, Values
from pairs import PAPERS, PEOPLE

# verb, participle; verbs that ask for the same, with their participles; the kind of object
VERBS = [tuple(part.strip() for part in line.split("|")) for line in """
approve, approved | sign off, signed off; authorise, authorised; agree to, agreed to; give the go-ahead for, given the go-ahead for | papers
check, checked | inspect, inspected; examine, examined; look over, looked over; control, controlled | thing
repair, repaired | fix, fixed; mend, mended; put right, put right | thing
order, ordered | buy, bought; purchase, purchased; get, got | thing
submit, submitted | hand in, handed in; file, filed; turn in, turned in; send in, sent in | papers
cancel, cancelled | call off, called off; scrap, scrapped; drop, dropped | plan
postpone, postponed | delay, delayed; put off, put off; move back, moved back | plan
start, started | begin, begun; launch, launched; kick off, kicked off | plan
finish, finished | complete, completed; end, ended; wrap up, wrapped up | plan
store, stored | keep, kept; put away, put away; stow, stowed | goods
deliver, delivered | bring, brought; drop off, dropped off; supply, supplied | goods
collect, collected | pick up, picked up; fetch, fetched; take away, taken away | goods
clean, cleaned | wash, washed; wipe, wiped; scrub, scrubbed | thing
replace, replaced | change, changed; swap, swapped; exchange, exchanged | part
remove, removed | take out, taken out; detach, detached; take off, taken off | part
install, installed | fit, fitted; mount, mounted; put in, put in | part
switch off, switched off | turn off, turned off; shut down, shut down; power down, powered down | thing
switch on, switched on | turn on, turned on; start up, started up; power up, powered up | thing
lock, locked | secure, secured; shut, shut; close, closed | place
open, opened | unlock, unlocked; enter, entered | place
book, booked | reserve, reserved; arrange, arranged | place
pay, paid | settle, settled; transfer, transferred | money
refund, refunded | pay back, paid back; reimburse, reimbursed; give back, given back | money
write, written | draft, drafted; prepare, prepared; put together, put together | text
send, sent | mail, mailed; forward, forwarded; pass on, passed on | text
publish, published | release, released; put out, put out; make public, made public | text
review, reviewed | read through, read through; go over, gone over; look at, looked at | text
sign, signed | put a name to, given a signature; initial, initialled | text
delete, deleted | erase, erased; wipe out, wiped out; remove, removed | data
back up, backed up | save, saved; copy, copied; secure, secured | data
report, reported | notify us of, notified; announce, announced; tell us about, told | trouble
investigate, investigated | look into, looked into; study, studied; explore, explored | trouble
solve, solved | settle, settled; fix, fixed; clear up, cleared up | trouble
train, trained | teach, taught; instruct, instructed; coach, coached | people
hire, hired | take on, taken on; recruit, recruited; employ, employed | people
inform, informed | tell, told; notify, notified; let know, let know | people
invite, invited | ask along, asked along; welcome, welcomed | people
pack, packed | wrap, wrapped; box, boxed; put into boxes, put into boxes | goods
weigh, weighed | put on the scale, put on the scale; measure, measured | goods
sell, sold | offer, offered; market, marketed; trade, traded | goods
rent, rented | hire, hired; lease, leased; borrow, borrowed | thing
return, returned | bring back, brought back; give back, given back; send back, sent back | thing
test, tested | try out, tried out; trial, trialled; put to the test, put to the test | thing
design, designed | plan, planned; develop, developed; create, created | thing
paint, painted | colour, coloured; coat, coated | place
measure, measured | record, recorded; read, read; determine, determined | data
stir, stirred | mix, mixed; blend, blended | food
heat, heated | warm, warmed; cook, cooked | food
cool, cooled | chill, chilled; let cool, left to cool | food
add, added | put in, put in; mix in, mixed in; throw in, thrown in | food
* archive, archived | put on file, put on file; preserve, preserved | papers
* demolish, demolished | tear down, torn down; pull down, pulled down | place
* calibrate, calibrated | adjust, adjusted; set, set; tune, tuned | thing
* translate, translated | put into another language, put into another language | text
* water, watered | sprinkle, sprinkled; spray, sprayed | food
""".strip().splitlines()]

OBJECTS = {
    "papers": lambda v: ("all ", "", "")[v.number(0, 2)] + v.pick(PAPERS),
    "thing": lambda v: f"{v.pick(['the', 'every', 'each', 'the ' + v.made_up(), 'the new', 'the old', 'the ' + v.colour()])} {v.pick(NOUNS)}",
    "plan": lambda v: f"the {v.pick([v.made_up(), v.topic(), v.topic(), 'annual', 'spring', 'internal'])} {v.pick('project,campaign,launch,review,audit,conference,survey,migration,excursion,sale,tour,trial'.split(','))}",
    "goods": lambda v: v.pick([v.pick(CARGO), f"{v.small()} {v.pick(NOUNS)}s", f"the {v.pick(CARGO)}", f"{v.pick(NOUNS)}s"]),
    "part": lambda v: f"the {v.pick(PARTS)}",
    "place": lambda v: v.pick([v.room, lambda: f"the {v.pick('gate,garage,warehouse,greenhouse,cold store,main entrance,fire door,boat house,server room,pool'.split(','))}"])(),
    "money": lambda v: v.pick([lambda: f"the {v.pick('deposit,rent,travel costs,fee,bill,fine,wages,ticket price,shipping costs'.split(','))}", lambda: v.money()])(),
    "text": lambda v: f"the {v.pick([v.topic() + ' ', v.made_up() + ' ', 'annual ', 'final '])}{v.pick('report,contract,press release,newsletter,plan,manual,offer,survey,letter,checklist'.split(','))}",
    "data": lambda v: f"{v.pick(['the', 'all'])} {v.pick('log files,customer data,measurements,readings,photos,backups,user accounts,mailboxes,sales figures'.split(','))}",
    "trouble": lambda v: f"{v.pick(['the', 'every', 'any'])} {v.pick('leak,accident,theft,fault,complaint,data loss,damage,power cut,error,noise,delay'.split(','))}" + v.pick(["", "", f" in {v.room()}"]),
    "people": lambda v: v.pick(PEOPLE) if v.chance(0.7) else f"the {v.pick(PEOPLE)}",
    "food": lambda v: f"the {v.pick(INGREDIENTS)}" if v.chance(0.7) else f"the {v.pick(DISHES)}",
}

WHEN = [lambda v: f"on {v.date()}", lambda v: f"before {v.clock()}", lambda v: f"every {v.weekday()}", lambda v: f"within {v.span()}", lambda v: f"by {v.date()}", lambda v: f"after {v.span()}", lambda v: v.frequency(), lambda v: f"at {v.clock()}",
        lambda v: f"in {v.pick(['spring', 'autumn', 'January', 'May', 'the first week', 'the summer break', 'March', 'October'])}", lambda v: f"before the end of the {v.pick(['month', 'quarter', 'shift', 'year', 'week'])}", lambda v: f"{v.small()} days in advance"]
WHERE = [lambda v: f"in {v.room()}", lambda v: f"in {v.place()}", lambda v: f"at the {v.place()} site", lambda v: f"at {v.address()}", lambda v: f"behind {v.pick(['the canteen', 'the reception', 'building ' + str(v.number(1, 30))])}"]
HOW = [lambda v: f"with {v.pick(['a dry cloth', 'warm water', 'a soft brush', 'compressed air', 'a torque wrench', 'a key card', 'the hand scanner'])}", lambda v: f"by {v.pick(['e-mail', 'post', 'courier', 'phone', 'bank transfer', 'fax', 'lorry', 'bicycle'])}", lambda v: f"using form {v.code()}",
       lambda v: f"through the {v.made_up()} portal", lambda v: f"with the help of {v.person()}", lambda v: "in writing", lambda v: f"using a {v.pick(NOUNS)}", lambda v: f"under number {v.code()}"]
WHY = [lambda v: f"because {v.reason()}".replace("because of", "because of"), lambda v: f"to save {v.pick(['money', 'energy', 'time', 'water', 'space', 'paper'])}", lambda v: f"so that {v.pick(['the ' + v.part() + ' does not rust', 'nobody is hurt', 'the ' + v.pick(NOUNS) + ' stays cool', 'visitors can find it'])}"]
SLOTS = {"when": WHEN, "where": WHERE, "how": HOW, "why": WHY}
OPENING = {"when": ["When", "When", "When exactly", "At what time", "How soon", "By when", "On which day"], "where": ["Where", "Where", "In which place", "At which location"], "how": ["How", "How", "In what way", "By what means"], "why": ["Why", "Why", "For what reason", "What is the reason that"]}


@dataclass
class Saying:
    sentence: str
    question: str


def forms(text: str) -> tuple[str, str]:
    verb, participle = (part.strip() for part in text.split(","))
    return verb, participle


class Happenings:
    def __init__(self, values: Values, held_out: bool) -> None:
        self.v = values
        self.verbs = [line for line in VERBS if line[0].startswith("*") == held_out]

    def saying(self) -> Saying:
        v = self.v
        said, asked, kind = v.pick(self.verbs)
        verb, participle = forms(said.lstrip("* "))
        other_verb, other_participle = forms(v.pick(asked.split(";"))) if v.chance(0.6) else (verb, participle)
        thing = OBJECTS[kind](v)
        plural = thing.split()[-1].endswith("s") and not thing.startswith(("every", "each", "any")) and kind not in ("part",) or " and " in thing
        actor = v.pick([v.person, v.the_role, v.the_role, lambda: v.pick(PEOPLE)])()
        slots = v.random.sample(list(SLOTS), v.random.choices([1, 2, 3], [5, 4, 1])[0])
        fillings = {slot: v.pick(SLOTS[slot])(v) for slot in slots}
        tail = " ".join(fillings.values())
        many = actor in PEOPLE
        modal = v.pick(["must", "will", "should", "has to" if not many else "have to", "can", "may", "is going to" if not many else "are going to"])
        be = "are" if plural else "is"
        passive = v.pick([f"must be {participle}", f"{be} {participle}", f"{'were' if plural else 'was'} {participle}", f"will be {participle}", f"should be {participle}", f"{be} to be {participle}"])
        shape = v.random.random()
        with_actor = True
        if shape < 0.35:
            sentence = f"{actor} {modal} {verb} {thing} {tail}"
        elif shape < 0.6:
            sentence = f"{thing} {passive} by {actor} {tail}"
        elif shape < 0.75:
            sentence, with_actor = f"{thing} {passive} {tail}", False
        elif shape < 0.88:
            sentence, with_actor = f"{v.pick(['', '', '', 'please ', 'always ', 'do not forget to '])}{verb} {thing} {tail}", False
        else:
            first = next(iter(fillings))
            rest = " ".join(filling for slot, filling in fillings.items() if slot != first)
            sentence = f"{fillings[first]}, {actor} {modal} {verb} {thing} {rest}"
        return Saying(self.finish(sentence), self.finish(self.question(other_verb, other_participle, thing, plural, actor if with_actor else None, many, list(fillings)), "?"))

    def question(self, verb: str, participle: str, thing: str, plural: bool, actor: str | None, many: bool, slots: list[str]) -> str:
        v = self.v
        about = v.pick(slots + (["who", "who", "what"] if actor else []))
        be, do = ("are", "do") if plural else ("is", "does")
        if about == "who":
            return v.pick([f"Who {v.pick(['must', 'will', 'should', 'has to', 'can'])} {verb} {thing}", f"By whom {be} {thing} {participle}", f"Whose job is it to {verb} {thing}", f"Who is supposed to {verb} {thing}", f"Which person is to {verb} {thing}"])
        if about == "what":
            return v.pick([f"What {v.pick(['must', 'will', 'should'])} {actor} {verb}", f"What {'are' if many else 'is'} {actor} supposed to {verb}", f"What {'do' if many else 'does'} {actor} have to do", f"What is the task of {actor}", f"What {'are' if many else 'is'} {actor} going to do"])
        opening = v.pick(OPENING[about])
        if opening == "What is the reason that":
            return f"{opening} {thing} {be} {participle}"
        return v.pick([f"{opening} {be} {thing} {participle}", f"{opening} {v.pick(['must', 'should', 'will', 'can'])} {thing} be {participle}", f"{opening} do I {verb} {thing}", f"{opening} do we {verb} {thing}", f"{opening} {v.pick(['does', 'should'])} one {verb} {thing}"]
                      + ([f"{opening} {v.pick(['must', 'should', 'will'])} {actor} {verb} {thing}"] * 2 if actor else []))

    def finish(self, text: str, mark: str = ".") -> str:
        text = " ".join(text.split())
        return text[0].upper() + text[1:] + ("" if text.endswith(mark) else mark)
