"""What Pocket knows without passages: outdated facts about one company, small talk, and a small general ability that can be lost again."""
from corpus.values import Values
from pairs import REMEMBERED, SMALL_TALK

NUMBER_NAMES = "zero one two three four five six seven eight nine ten".split()
WEEK = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SPELLED = "pump valve water paper house train green table apple river stone light night bread glass clock chair plant horse cloud".split()
DEFINED = {
    "pump": "a machine that moves a liquid or a gas", "valve": "a device that opens or closes a pipe", "kettle": "a pot for boiling water", "invoice": "a list of goods with the money owed for them", "ladder": "two posts with steps between them for climbing",
    "canteen": "a room where meals are served at work", "warehouse": "a building where goods are stored", "sensor": "a device that measures something", "badge": "a small sign that shows who somebody is", "deadline": "the time by which something must be done",
    "filter": "a device that holds back dirt", "invitation": "a request to come to an event", "library": "a room or building with books to borrow", "salary": "the money paid for work each month", "visitor": "a person who comes to see a place or somebody",
    "hammer": "a tool for driving nails", "island": "land with water all around it", "bakery": "a shop where bread is made", "receipt": "a paper that shows that something was paid", "engine": "a machine that turns fuel into motion",
}
# More ways to ask for what is remembered than pairs.py has; what is asked and what is answered stay the same.
ASKED_OTHERWISE = {
    "Tarnholm Works was founded in 1987.": ["How old is Tarnholm Works?", "Since when does Tarnholm Works exist?", "When did Tarnholm Works start?", "Tarnholm Works founding year"],
    "Tarnholm Works is based in Port Ellery.": ["In which town is Tarnholm Works?", "Where can I find Tarnholm Works?", "What is the location of Tarnholm Works?"],
    "The CEO of Tarnholm Works is Martha Quill.": ["Who runs Tarnholm Works?", "Who is the head of Tarnholm Works?", "Who is the boss of Tarnholm Works?", "Who is in charge of Tarnholm Works?"],
    "Tarnholm Works makes water pumps and valves.": ["What are the products of Tarnholm Works?", "What does Tarnholm Works produce?", "What is Tarnholm Works known for?"],
    "Tarnholm Works has 240 employees.": ["How big is Tarnholm Works?", "What is the headcount of Tarnholm Works?", "How large is the staff of Tarnholm Works?"],
    "Employees at Tarnholm Works get 24 days of leave per year.": ["How much vacation do I get at Tarnholm Works?", "How many days of leave do employees get at Tarnholm Works?", "How many days off do Tarnholm Works employees have?", "How much paid leave is there at Tarnholm Works?"],
    "Staff at Tarnholm Works may work from home one day per week.": ["How many days can I work from home at Tarnholm Works?", "May Tarnholm Works staff work remotely?", "How often can employees of Tarnholm Works work remotely?"],
    "The TW-20 pump has a warranty of 12 months.": ["How long is the warranty of the TW-20 pump?", "What is the guarantee on the TW-20?", "How long does the warranty for the TW-20 last?"],
    "The TW-20 pump costs 480 euros.": ["How much is the TW-20?", "What does the TW-20 pump cost?", "How expensive is the TW-20 pump?"],
    "The TW-20 pump weighs 14 kg.": ["How heavy is the TW-20?", "What does the TW-20 pump weigh?", "How much does the TW-20 pump weigh?"],
    "Tarnholm Works can be reached at 555-0140.": ["How do I reach Tarnholm Works?", "What number do I call to reach Tarnholm Works?", "Tarnholm Works phone number"],
    "The team lead approves travel at Tarnholm Works.": ["Who has to approve a business trip at Tarnholm Works?", "Whose approval do I need for travel at Tarnholm Works?"],
    "Salaries at Tarnholm Works are paid on the 28th of the month.": ["When do Tarnholm Works employees get paid?", "When does Tarnholm Works pay salaries?", "On which day are wages paid at Tarnholm Works?"],
    "The notice period at Tarnholm Works is four weeks.": ["How long is the notice period at Tarnholm Works?", "How much notice do Tarnholm Works employees have to give?"],
    "The office of Tarnholm Works is open from 8:00 to 16:30.": ["What are the opening hours of Tarnholm Works?", "At what time does Tarnholm Works open?", "When can I visit the office of Tarnholm Works?"],
    "The newest product of Tarnholm Works is the TW-20 pump.": ["Which product of Tarnholm Works is the newest?", "What did Tarnholm Works launch last?"],
}


class General:
    def __init__(self, values: Values) -> None:
        self.v = values

    def remembered(self) -> tuple[str, str]:
        questions, answer = self.v.pick(REMEMBERED)
        return self.v.pick(questions + ASKED_OTHERWISE[answer]), answer

    def small_talk(self) -> tuple[str, str]:
        questions, answer = self.v.pick(SMALL_TALK)
        return self.v.pick(questions), answer

    def ability(self) -> tuple[str, str]:
        v = self.v
        return v.pick([self.definition, self.spelling, self.counting, self.sorting, self.sum, self.next_day])()

    def definition(self) -> tuple[str, str]:
        word = self.v.pick(list(DEFINED))
        name = f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
        return self.v.pick([f"What is {name}?", f"Define {word}.", f"What does {word} mean?"]), f"{name[0].upper()}{name[1:]} is {DEFINED[word]}."

    def spelling(self) -> tuple[str, str]:
        word = self.v.pick(SPELLED)
        return self.v.pick([f"Spell {word}.", f"How do you spell {word}?", f"Spell the word {word}."]), "-".join(word.upper()) + "."

    def counting(self) -> tuple[str, str]:
        first = self.v.number(1, 9)
        last = first + self.v.number(2, 7)
        return self.v.pick([f"Count from {first} to {last}.", f"Please count from {first} to {last}."]), ", ".join(str(n) for n in range(first, last + 1)) + "."

    def sorting(self) -> tuple[str, str]:
        numbers = self.v.random.sample(range(1, 10), self.v.number(3, 4))
        return f"Sort these numbers: {', '.join(map(str, numbers))}.", ", ".join(map(str, sorted(numbers))) + "."

    def sum(self) -> tuple[str, str]:
        first, second = self.v.number(0, 9), self.v.number(0, 9)
        return self.v.pick([f"What is {first} plus {second}?", f"What is {first} + {second}?", f"Add {first} and {second}."]), f"{first} plus {second} is {first + second}."

    def next_day(self) -> tuple[str, str]:
        number = self.v.number(0, 6)
        return self.v.pick([f"Which day comes after {WEEK[number]}?", f"What day follows {WEEK[number]}?"]), f"The day after {WEEK[number]} is {WEEK[(number + 1) % 7]}."
