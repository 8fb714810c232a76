"""Names, numbers, dates and codes from spaces so large that an answer can only be copied."""
from pairs import CODAS, COLOURS, FIRST, LAST, MATERIALS, MONTHS, ONSETS, ROLES, SMALL, VOWELS, WEEKDAYS, Source

MORE_ROLES = ("line manager,safety officer,duty manager,head nurse,caretaker,plant manager,data protection officer,purchasing department,IT helpdesk,works council,"
              "human resources,reception,board,supervisory board,quality team,lab manager,dispatcher,accounts team,legal department,fire warden,head cook,registrar,dean,"
              "librarian,curator,harbour master,stage manager,chief pharmacist,fleet manager,principal,committee,night supervisor,auditor,trainer,foreman,site engineer").split(",")
NOUNS = ("pump valve filter motor sensor hose laptop badge helmet ladder printer boiler kettle lamp heater camera drill fan freezer scanner trolley crane mixer oven scale "
         "router monitor battery charger cable keyboard projector microphone generator compressor blender toaster vacuum dishwasher thermostat telescope tent bicycle scooter "
         "wheelchair backpack stove grill saw lathe loom piano guitar clock watch tablet speaker headset drone tractor trailer mower sprayer conveyor shredder laminator").split()
PARTS = "gasket,seal kit,filter cartridge,fuse,hinge,knob,power cord,drive belt,bearing,blade,carbon brush,lid,water tank,control board,display,spring,nozzle,wheel,strap,battery pack,lens,bulb,o-ring,handle,cover plate".split(",")
TOPICS = ("parking,security,training,travel,catering,packaging,delivery,recruitment,maintenance,storage,cleaning,budget,insurance,recycling,printing,lighting,heating,ventilation,"
          "software,website,newsletter,uniforms,pensions,stock,returns,exports,research,sampling,logistics,harvest,rehearsals,admissions,fundraising,publicity,translation").split(",")
DISHES = "soup,stew,bread,pie,curry,salad,cake,risotto,omelette,pancakes,dumplings,chutney,lasagne,biscuits,porridge,casserole,flatbread,pudding".split(",")
INGREDIENTS = "flour,butter,sugar,salt,milk,rice,lentils,onions,carrots,yeast,honey,olive oil,cream,tomatoes,ginger,oats,cheese,potatoes,lemon juice,vinegar,walnuts,spinach,stock,basil".split(",")
SUBSTANCES = "acetone,ethanol,bleach,ammonia,diesel,resin,solvent,hydrogen peroxide,coolant,lime,paint thinner,sodium chloride,glycerine,detergent,chlorine,lubricant".split(",")
CARGO = "timber,paper rolls,spare parts,frozen fish,medical supplies,glass bottles,seed potatoes,machine tools,textiles,books,bricks,flowers,tyres,chemicals,furniture".split(",")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def an(noun: str) -> str:
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


class Values(Source):
    def word(self, low: int = 2, high: int = 3) -> str:
        return "".join(self.pick(ONSETS) + self.pick(VOWELS) + self.pick(CODAS) for _ in range(self.number(low, high)))

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.words: list[str] = []
        """Common words; names are often made of them."""

    def made_up(self) -> str:
        if self.words and self.chance(0.45):
            return self.pick(self.words).capitalize()
        return self.word(1, 3 if self.chance(0.25) else 2).capitalize()

    def person(self) -> str:
        title = self.pick(["Dr. ", "Ms. ", "Mr. ", "Professor "]) if self.chance(0.1) else ""
        first = self.pick(FIRST) if self.chance(0.6) else self.made_up()
        last = self.pick(LAST) if self.chance(0.4) else self.made_up()
        return title + (f"{first} {last}" if self.chance(0.9) or not title else last)

    def role(self) -> str:
        return self.pick(ROLES) if self.chance(0.3) else self.pick(MORE_ROLES)

    def the_role(self) -> str:
        return "the " + self.role()

    def someone(self) -> str:
        return self.person() if self.chance(0.5) else self.the_role()

    def amount(self) -> str:
        value = self.pick([self.number(2, 60), self.number(20, 999), self.number(1000, 30000)])
        return f"{value:,}" if self.chance(0.7) else str(value)

    def decimal(self) -> str:
        return f"{self.number(0, 99)}.{self.number(1, 9)}" if self.chance(0.6) else str(self.number(1, 400))

    def money(self) -> str:
        value = self.amount() if self.chance(0.7) else f"{self.number(0, 900)}.{self.number(10, 99)}"
        return self.pick([f"{value} euros", f"{value} euros", f"${value}", f"£{value}", f"€{value}", f"{value} EUR", f"{value} {self.pick(['dollars', 'kroner', 'pounds', 'francs', 'crowns'])}",
                          f"{self.number(1, 9)}.{self.number(1, 9)} million euros"])

    def percent(self) -> str:
        return self.pick([f"{self.number(1, 99)} percent", f"{self.number(1, 99)}%", f"{self.number(1, 99)} per cent", f"{self.number(0, 9)}.{self.number(1, 9)}%", f"{self.number(1, 99)} %"])

    def span(self) -> str:
        unit = self.pick("days weeks months years hours minutes seconds days months".split())
        return self.pick([f"{self.small()} {unit}"] * 5 + [f"{self.small()} {self.pick(['working', 'business', 'calendar'])} days", f"half an hour", f"{self.number(2, 9)} to {self.number(10, 30)} {unit}",
                          f"{self.number(1, 9)} and a half hours", f"one {unit[:-1]}"])

    def frequency(self) -> str:
        unit = self.pick("day week month year shift".split())
        return self.pick([f"every {self.small()} {unit}s", f"once {self.pick(['a', 'per'])} {unit}", f"twice {self.pick(['a', 'per'])} {unit}", f"every {self.pick(WEEKDAYS)}", f"{self.small()} times {self.pick(['a', 'per'])} {unit}",
                          f"after {self.small()} uses", f"every {self.small()} {unit}s", f"on the first {self.pick(WEEKDAYS)} of each month", f"every other {unit}"])

    def date(self) -> str:
        day, month, year = self.number(1, 28), self.pick(MONTHS), self.number(1980, 2035)
        return self.pick([f"{day} {month}", f"{day} {month} {year}", f"{month} {day}", f"{month} {day}, {year}", f"{year}-{self.number(1, 12):02d}-{day:02d}", f"{self.pick(WEEKDAYS)}, {day} {month}", f"{month} {year}", f"{day}.{self.number(1, 12)}.{year}"])

    def year(self) -> str:
        return str(self.number(1820, 2035))

    def clock(self) -> str:
        hour, minute = self.number(0, 23), self.pick([0, 0, 15, 30, 45, self.number(0, 59)])
        return self.pick([f"{hour}:{minute:02d}", f"{hour:02d}:{minute:02d}", f"{hour % 12 + 1} {self.pick(['am', 'pm'])}", f"{hour % 12 + 1}:{minute:02d} {self.pick(['am', 'pm', 'a.m.', 'p.m.'])}", "noon", f"{hour:02d}:{minute:02d}"])

    def hours(self) -> str:
        return self.pick(["{} to {}", "{} to {}", "{}–{}", "{} until {}"]).format(self.clock(), self.clock())

    def weekday(self) -> str:
        return self.pick(WEEKDAYS)

    def weekdays(self) -> str:
        first, second = sorted(self.random.sample(range(7), 2))
        return f"{WEEKDAYS[first]} {self.pick(['to', 'and', 'or', 'through'])} {WEEKDAYS[second]}"

    def measure(self, *units: str) -> str:
        unit = self.pick(units)
        first, second, third = (f"{self.decimal()} {unit}" for _ in range(3))
        if self.chance(0.12):  # a unit that comes more than once: after it, copying has to know which one it is at
            return self.pick([f"{first} to {second}", f"{first} × {second}", f"{first} × {second} × {third}", f"between {first} and {second}"])
        return first

    def mass(self) -> str:
        return self.measure("kg", "kg", "g", "grams", "pounds", "tonnes", "kilograms", "lb")

    def length(self) -> str:
        return self.measure("cm", "m", "mm", "km", "metres", "centimetres", "feet", "inches", "kilometres")

    def volume(self) -> str:
        return self.measure("litres", "ml", "L", "gallons", "cubic metres", "litres")

    def area(self) -> str:
        return self.measure("square metres", "hectares", "m²", "acres")

    def heat(self) -> str:
        low = self.number(-40, 200)
        high = low + self.number(3, 60)
        if self.chance(0.2):
            return self.pick([f"{low} °C to {high} °C", f"−{self.number(1, 40)} °C to +{self.number(10, 90)} °C", f"{low}°C – {high}°C", f"between {low} °C and {high} °C"])
        return self.pick([f"{low} °C", f"{low} degrees", f"{low} degrees Celsius", f"{low}°C", f"{low} to {high} °C", f"{low} °F"])

    def power(self) -> str:
        return f"{self.amount()} {self.pick(['W', 'watts', 'kW', 'volts', 'V', 'amps', 'kWh'])}"

    def pressure(self) -> str:
        return self.measure("bar", "psi", "kPa")

    def noise(self) -> str:
        return f"{self.number(20, 110)} {self.pick(['decibels', 'dB', 'dB(A)'])}"

    def speed(self) -> str:
        return self.measure("km/h", "rpm", "metres per second", "pages per minute", "mph", "litres per minute", "Mbit/s")

    def data_size(self) -> str:
        return f"{self.number(1, 999)} {self.pick(['MB', 'GB', 'KB', 'TB', 'megabytes'])}"

    def code(self) -> str:
        letters = "".join(self.pick(LETTERS) for _ in range(self.number(1, 3)))
        number = str(self.number(1, 9999))
        return self.pick([f"{letters}-{number}", f"{letters}{number}", f"{letters}-{number}", f"{number}-{letters}", f"{letters}-{number}-{self.pick(LETTERS)}", f"{letters} {number}", f"{self.number(10, 99)}.{self.number(100, 999)}"])

    def error(self) -> str:
        return self.pick([f"E{self.number(1, 99):02d}", f"E-{self.number(1, 999)}", f"F{self.number(1, 60)}", str(self.number(100, 599)), f"ERR_{self.word(1, 2).upper()}", f"{self.pick(LETTERS)}{self.number(100, 999)}", f"{self.number(1, 99)}"])

    def phone(self) -> str:
        return self.pick([f"{self.number(100, 999)}-{self.number(1000, 9999)}", f"+{self.number(1, 99)} {self.number(10, 999)} {self.number(100, 999)} {self.number(1000, 9999)}", f"extension {self.number(100, 9999)}",
                          f"ext. {self.number(10, 999)}", f"0{self.number(100, 999)} {self.number(1000, 99999)}"])

    def email(self) -> str:
        user = self.pick("support help info hr office desk sales it billing press orders service facilities jobs events".split()) if self.chance(0.6) else self.pick(FIRST).lower() if self.chance(0.3) else self.word(1, 2)
        return f"{user}@{self.word(1, 3)}.{self.pick(['com', 'org', 'net', 'example', 'io'])}"

    def url(self) -> str:
        return f"{self.pick(['', 'www.', 'https://'])}{self.word(2, 3)}.{self.pick(['com', 'org', 'example', 'net'])}{self.pick(['', '/' + self.word(1, 2), '/help', '/forms'])}"

    def contact(self) -> str:
        return self.pick([self.email, self.email, self.phone, self.url])()

    def place(self) -> str:
        return self.made_up() + self.pick(["", "", "ford", "haven", "ton", "burg", " Bay", "ville", " Falls", "wick", "stad"])

    def room(self) -> str:
        name = self.made_up()
        return self.pick([f"room {self.number(1, 999)}", f"room {self.pick('ABCDEF')}{self.number(1, 40)}", f"building {self.number(1, 30)}", f"the {self.pick('north south east west third second top ground'.split())} {self.pick('wing floor lobby hall entrance annex'.split())}",
                          f"the {name} room", f"{name} Hall", f"floor {self.number(1, 30)}", f"the {self.pick('cellar attic canteen library courtyard gym chapel archive'.split())}", f"cabinet {self.number(1, 40)}"])

    def address(self) -> str:
        return f"{self.number(1, 240)} {self.made_up()} {self.pick(['Street', 'Road', 'Lane', 'Avenue', 'Square'])}" + self.pick(["", f", {self.place()}"])

    def colour(self) -> str:
        return self.pick(["", "", "dark ", "light ", "pale ", "matte "]) + self.pick(COLOURS)

    def material(self) -> str:
        return self.pick([self.pick(MATERIALS), f"{self.pick(MATERIALS)} and {self.pick(MATERIALS)}", "recycled plastic", "stainless steel", "carbon fibre"])

    def part(self) -> str:
        return self.pick(PARTS)

    def the_part(self) -> str:
        return "the " + self.pick(PARTS)

    def goods(self) -> str:
        return self.pick([f"{self.pick(NOUNS)}s", f"{self.pick(NOUNS)}s and {self.pick(NOUNS)}s", self.pick(CARGO), self.pick(INGREDIENTS)])

    def ingredient(self) -> str:
        return self.pick(INGREDIENTS)

    def quantity(self) -> str:
        return self.pick([f"{self.number(1, 900)} g", f"{self.number(1, 9)} tablespoons", f"{self.number(1, 900)} ml", f"{self.number(1, 6)} cups", f"{self.number(1, 12)} teaspoons"])

    def count_of(self) -> str:
        return self.amount() if self.chance(0.6) else self.small()

    def topic(self) -> str:
        return self.pick(TOPICS)

    def company_name(self) -> str:
        return f"{self.made_up()} {self.pick('Works Labs Foods Systems Group Motors Studio Ltd Energy Bank Clinic Logistics Textiles Instruments Bakery Partners Industries Inc'.split())}"

    def version(self) -> str:
        return f"{self.number(0, 20)}.{self.number(0, 40)}" + self.pick(["", f".{self.number(0, 20)}"])

    def reason(self) -> str:
        noun = self.pick(NOUNS)
        return self.pick([f"the {noun} was {self.pick('damaged late missing broken delayed flooded sold out recalled'.split())}", f"{self.person()} was {self.pick(['ill', 'away', 'on leave', 'delayed'])}", f"of {self.pick(['a shortage', 'a lack', 'the high cost', 'a recall'])} of {noun}s",
                          f"the {self.topic()} contract {self.pick(['ran out', 'was not signed', 'was cancelled'])}", f"the {self.pick(PARTS)} did not fit", f"of {self.pick(['heavy rain', 'a strike', 'bad weather', 'a power cut', 'new rules', 'a software fault'])}",
                          f"visitors had complained about the {self.topic()}", f"the supplier could not deliver the {noun}s"])

    def remedy(self) -> str:
        return self.pick([f"replace the {self.part()}", f"clean the {self.part()} with {self.pick(['a dry cloth', 'warm water', 'a soft brush', 'alcohol'])}", f"hold the {self.colour()} button for {self.small()} seconds", f"call {self.phone()}", f"switch the unit off and wait {self.small()} minutes",
                          f"tighten the {self.part()}", f"check the {self.part()}", f"refill the {self.pick(['water', 'oil', 'paper', 'coolant', 'ink'])}", f"press {self.pick(['reset', 'start', 'both keys'])} {self.pick(['twice', 'three times', 'once'])}", f"contact {self.someone()}"])

    def cause(self) -> str:
        return self.pick([f"the {self.part()} is {self.pick(['blocked', 'loose', 'worn', 'missing', 'dirty', 'too hot', 'not locked'])}", f"the {self.pick(['door', 'lid', 'drawer', 'valve'])} is {self.pick(['open', 'stuck', 'frozen'])}", f"{self.pick(['low', 'no', 'too much'])} {self.pick(['pressure', 'voltage', 'water', 'oil', 'paper', 'signal'])}",
                          f"the {self.pick(NOUNS)} is {self.pick(['offline', 'overheated', 'empty', 'overloaded', 'not connected'])}", f"{self.pick(['sensor', 'network', 'memory', 'motor', 'battery', 'fan'])} {self.pick(['failure', 'fault', 'error', 'timeout'])}"])

    def light(self) -> str:
        return self.pick(["", "", "flashing ", "steady ", "blinking "]) + self.pick(COLOURS)

    def action(self) -> str:
        verb = self.pick("wear carry show return lock sign clean check store remove order inspect test label seal print".split())
        return f"{verb} {self.pick(['a', 'the', 'their'])} {self.pick(NOUNS)}"
