"""What documents say of things: per subject, attributes with their value, names, wordings and questions.

Of every attribute the last wording and the last question are kept out of training, and whole subjects (HELD_OUT) as well: they measure
whether the model reads, or only knows the form. `{S}` is the subject, `{V}` the value.
"""
from dataclasses import dataclass

Parts = list[str]


@dataclass
class Attribute:
    value: str
    """Method of Values."""
    names: Parts
    """Nouns for it, for tables, keyed lists and general wordings; may be empty."""
    says: Parts
    asks: Parts


def read(table: str) -> list[Attribute]:
    split = lambda text: [part.strip() for part in text.split(";") if part.strip()]
    rows = [line.split("|") for line in table.strip().splitlines()]
    return [Attribute(value.strip(), split(names), split(says), split(asks)) for value, names, says, asks in rows]


SUBJECTS: dict[str, list[Attribute]] = {
    "product": read("""
mass | weight; mass; net weight | {S} weighs {V}; At {V}, {S} is easy to carry; {S} comes to {V} on the scale; {S} tips the scales at {V} | How heavy is {S}?; How much does {S} weigh?; What does {S} weigh?; What is the load of {S} in kilos?
money | price; list price; cost; retail price | {S} costs {V}; {S} is sold for {V}; You can buy {S} for {V}; We offer {S} at {V}; {S} retails at {V} | How much is {S}?; What does {S} cost?; How much do I pay for {S}?; What is charged for {S}?; How expensive is {S}?
span | warranty; guarantee; warranty period | {S} comes with a warranty of {V}; {S} is guaranteed for {V}; {S} is covered against defects for {V}; We repair {S} free of charge for {V} after purchase; Defects of {S} are covered for {V} | How long is {S} guaranteed?; How long is the warranty of {S}?; For how long is {S} covered?; How long do repairs of {S} cost nothing?; Until when can I claim on {S}?
colour | colour; color; finish | {S} is available in {V}; {S} comes in {V}; {S} is painted {V}; The housing of {S} is {V}; {S} is finished in {V} | What colour is {S}?; Which color does {S} have?; What shade does {S} come in?; In which paint is {S} sold?
material | material; body; casing | {S} is made of {V}; The body of {S} is made from {V}; The housing of {S} consists of {V}; {S} is built from {V} | What is {S} made of?; Which material is used for {S}?; What does the casing of {S} consist of?; What is {S} constructed from?
span | battery life; run time; operating time | The battery of {S} lasts {V}; {S} runs for {V} on one charge; A full charge keeps {S} going for {V}; {S} works for {V} without a socket | How long does the battery of {S} last?; How long can {S} run on one charge?; How long does {S} work without mains power?; For how much time does {S} keep going?
span | charging time; recharge time | {S} takes {V} to charge; Charging {S} takes {V}; {S} is fully charged after {V}; Allow {V} for a full charge of {S} | How long does {S} take to charge?; When is {S} fully charged?; How long must {S} stay plugged in?; How much time does recharging {S} need?
company_name | manufacturer; maker; vendor; supplier | {S} is made by {V}; {V} makes {S}; {S} was developed by {V}; {S} is supplied by {V}; {S} comes from the factory of {V} | Who makes {S}?; Which company produces {S}?; Who is the manufacturer of {S}?; Who builds {S}?; Which firm stands behind {S}?
volume | capacity; tank volume; volume | {S} holds {V}; The tank of {S} takes {V}; {S} has room for {V}; Fill {S} with at most {V} | How much does {S} hold?; What is the capacity of {S}?; How big is the tank of {S}?; How much liquid fits into {S}?; What volume can {S} take?
power | power consumption; rated power; power | {S} uses {V}; {S} draws {V}; {S} needs {V}; {S} is rated at {V} | How much power does {S} use?; What electricity does {S} need?; How much energy does {S} draw?; How strong is the motor of {S}?
length | width; overall width | {S} is {V} wide; {S} measures {V} across; {S} takes up {V} in width | How wide is {S}?; How much room does {S} take from side to side?; What does {S} measure across?
length | height; overall height | {S} is {V} tall; {S} stands {V} high; {S} rises to {V} | How tall is {S}?; How high is {S}?; How far does {S} reach up?
length | cable length; cord length; hose length | The cable of {S} is {V} long; {S} has a cord of {V}; {S} reaches {V} from the socket | How long is the cable of {S}?; How long is the cord on {S}?; How far from the socket can {S} stand?
heat | maximum temperature; operating temperature; temperature limit | {S} works at up to {V}; Do not use {S} above {V}; {S} must not get hotter than {V}; {S} switches off at {V} | How hot can {S} get?; What temperature can {S} take?; What heat does {S} withstand?; At which temperature does {S} give up?
noise | noise level; sound level | {S} makes a noise of {V}; At full speed {S} reaches {V}; {S} is quiet at {V} | How loud is {S}?; What noise does {S} make?; How much sound does {S} give off?
speed | speed; maximum speed; output | {S} reaches {V}; {S} runs at {V}; {S} manages up to {V} | How fast is {S}?; What speed does {S} reach?; At what rate does {S} work?
pressure | maximum pressure; working pressure | {S} is built for {V}; The pressure in {S} must not exceed {V}; {S} delivers {V} | What pressure can {S} stand?; How much pressure is allowed in {S}?; How many bar may {S} be given?
frequency | service interval; filter change; maintenance interval | The filter of {S} must be changed {V}; Replace the filter of {S} {V}; {S} needs a new filter {V}; Swap the filter in {S} {V} | How often should the filter of {S} be replaced?; When do I change the filter of {S}?; How frequently does {S} need a new filter?; How regularly must I swap the filter in {S}?
frequency | cleaning interval; cleaning | {S} must be cleaned {V}; Clean {S} {V}; {S} is to be wiped down {V}; {S} has to be washed {V} | How often should I clean {S}?; When does {S} need cleaning?; How frequently must {S} be washed?; At what interval is {S} freed from dirt?
code | part number; article number; order number; model number | The article number of {S} is {V}; Order {S} under number {V}; {S} is listed as {V}; In the catalogue {S} has the number {V} | What is the part number of {S}?; Under which number do I order {S}?; How is {S} listed in the catalogue?; Which code stands for {S} in the catalogue?
contact | support; spare parts; service contact | Spare parts for {S} are ordered from {V}; For help with {S} contact {V}; Service for {S}: {V}; Questions about {S} go to {V} | Where do I get spare parts for {S}?; Whom do I contact about {S}?; Where do I find help with {S}?; How do I reach service for {S}?
remedy | reset | To reset {S}, {V}; If {S} does not respond, {V}; When {S} hangs, {V}; Should {S} freeze, {V} | How do I reset {S}?; What do I do if {S} does not react?; How can I restart {S}?; What helps when {S} is stuck?
place | place of manufacture; made in | {S} is built in {V}; {S} is assembled in {V}; The factory for {S} is in {V} | Where is {S} made?; Where does {S} come from?; In which town is {S} put together?
count_of | in stock; stock; quantity | We have {V} of {S} in stock; {V} pieces of {S} are left; The warehouse holds {V} of {S} | How many of {S} are in stock?; How many pieces of {S} are left?; What quantity of {S} is available?
"""),
    "company": read("""
year | founded; established; year of foundation | {S} was founded in {V}; {S} was established in {V}; {S} has existed since {V}; {S} opened its doors in {V} | When was {S} founded?; In what year was {S} established?; How long has {S} existed?; How old is {S}?; Since when is {S} in business?
place | headquarters; head office; location | {S} is based in {V}; {S} has its head office in {V}; The main office of {S} is in {V}; {S} moved its headquarters to {V} | Where is {S} based?; Where is the headquarters of {S}?; In which town does {S} sit?; Where does {S} have its seat?
address | address; street | The office of {S} is at {V}; You will find {S} at {V}; Letters to {S} go to {V} | What is the address of {S}?; Where do I send letters to {S}?; On which street is {S}?
person | CEO; director; managing director; chief executive | {S} is led by {V}; {V} runs {S}; {V} has been the head of {S} since {Y}; {V} is the chief executive of {S}; At the top of {S} stands {V} | Who leads {S}?; Who is the CEO of {S}?; Who runs {S}?; Who is in charge of {S}?; Who is the boss of {S}?; Who heads {S}?
person | founder | {S} was started by {V}; {V} founded {S}; {V} set up {S} in {Y} | Who founded {S}?; Who started {S}?; Who set up {S}?; By whom was {S} created?
count_of | employees; staff; headcount | {S} employs {V} people; {V} people work at {S}; {S} has {V} employees; The workforce of {S} numbers {V} | How many people work at {S}?; How many employees does {S} have?; How large is the staff of {S}?; What is the headcount of {S}?
money | revenue; turnover; sales | {S} had sales of {V} in {Y}; {S} earned {V} last year; {S} turned over {V} | What was the revenue of {S}?; How much did {S} earn?; What was the turnover of {S}?; How much money did {S} take in?
goods | products; main product; business | {S} sells {V}; {S} makes {V}; {S} is known for its {V}; {S} produces {V}; {S} lives from {V} | What does {S} sell?; What does {S} make?; What is {S} known for?; What can I buy from {S}?; In what trade is {S}?
phone | phone; telephone; hotline | You can call {S} at {V}; {S} can be reached by phone at {V}; The hotline of {S} is {V}; Ring {S} on {V} | What is the phone number of {S}?; How can I call {S}?; Which number do I dial for {S}?; How do I ring {S}?
email | e-mail; contact; email address | Write to {S} at {V}; The email address of {S} is {V}; {S} answers mail sent to {V} | What is the email address of {S}?; How do I write to {S}?; Where can I mail {S}?
hours | opening hours; office hours; business hours | {S} is open from {V}; The office of {S} is staffed from {V}; Customers can visit {S} from {V} | When is {S} open?; What are the opening hours of {S}?; At what times can I visit {S}?; During which hours is {S} staffed?
company_name | owner; parent company | {S} belongs to {V}; {S} was bought by {V}; {V} owns {S}; {S} is a subsidiary of {V} | Who owns {S}?; Who bought {S}?; To whom does {S} belong?; What is the parent of {S}?
percent | market share | {S} has a market share of {V}; {S} holds {V} of the market; {V} of the market belongs to {S} | What is the market share of {S}?; How much of the market does {S} have?; How big a piece of the market is with {S}?
percent | growth | {S} grew by {V}; {S} has become {V} bigger; {S} expanded by {V} | How much did {S} grow?; What is the growth of {S}?; By how much did {S} get bigger?
count_of | branches; shops; plants | {S} runs {V} branches; {S} has {V} shops; There are {V} plants of {S} | How many branches does {S} have?; How many shops does {S} run?; How many sites belong to {S}?
"""),
    "people": read("""
span | annual leave; vacation; holiday | {S} get {V} of paid leave; {S} are entitled to {V} of vacation; {S} receive {V} of holiday each year; {S} may take {V} off per year; Paid time off for {S} amounts to {V} | How much leave do {S} get?; How much vacation do {S} have?; How long may {S} go on holiday?; How much paid time off is there for {S}?; What is the holiday entitlement of {S}?
span | doctor's note; medical certificate | {S} need a doctor's note after {V}; A medical certificate is due for {S} after {V}; {S} hand in a medical certificate after {V} of illness | When do {S} need a doctor's note?; After how long is a medical certificate required of {S}?; When must {S} prove an illness?
span | sick pay | {S} are paid for {V} when they are ill; Sick pay for {S} runs for {V}; {S} keep their wages for {V} of illness | How long is sick pay for {S}?; How long are {S} paid when ill?; For how long do unwell {S} get money?
span | notice period; notice | {S} must give notice of {V}; {S} can leave with {V} of notice; {S} resign with {V} of notice | How much notice must {S} give?; What is the notice period for {S}?; How early must {S} hand in their resignation?; How far ahead do {S} have to quit?
span | probation; trial period; probation period | The probation of {S} lasts {V}; {S} are on trial for {V}; {S} start with a trial period of {V} | How long is the probation for {S}?; How long are {S} on trial?; When is the trial time of {S} over?
room | parking; car park | {S} park at {V}; {S} leave their cars at {V}; For {S}, spaces are kept at {V} | Where do {S} park?; Where can {S} leave their cars?; Where is there a space for the vehicles of {S}?
money | allowance; daily rate; meal allowance | {S} receive {V} per day for meals; {S} get an allowance of {V}; {S} are paid {V} for meals; {V} a day is granted to {S} for food | What is the allowance for {S}?; How much do {S} get for meals?; How much money may {S} spend on food?; What are {S} given for eating?
money | bonus; extra pay | {S} get a bonus of {V}; A bonus of {V} is paid to {S}; {S} earn {V} extra | How much is the bonus for {S}?; What extra pay do {S} get?; How much more do {S} earn?
action | duty; rule | {S} must {V}; {S} have to {V}; {S} are asked to {V}; All {S} need to {V}; It is the duty of {S} to {V} | What must {S} do?; What do {S} have to do?; What is expected of {S}?; What are {S} obliged to do?
action | not allowed; forbidden | {S} may not {V}; {S} are not allowed to {V}; It is forbidden for {S} to {V}; {S} must never {V} | What may {S} not do?; What are {S} not allowed to do?; What is forbidden for {S}?; What must {S} avoid?
frequency | remote work; working from home; home office | {S} may work from home {V}; {S} can work remotely {V}; {S} may stay in their home office {V} | How often may {S} work from home?; How often can {S} work remotely?; How frequently may {S} stay away from the office?; What is the home office rule for {S}?
hours | working hours; shift | {S} work from {V}; The shift of {S} runs from {V}; {S} are on duty from {V} | When do {S} work?; What are the working hours of {S}?; When are {S} on duty?; At what time is the shift of {S}?
the_role | reports to; supervisor | {S} report to {V}; {S} are supervised by {V}; {V} is responsible for {S} | Who do {S} report to?; Who supervises {S}?; Who looks after {S}?; Who is the boss of {S}?
weekday | pay day; payday | {S} are paid every {V}; Wages of {S} are transferred each {V}; {S} receive their money on {V} | When are {S} paid?; On which day do {S} get their wages?; When is payday for {S}?
topic | training; course | {S} must attend a course on {V}; {S} take part in training on {V}; Training in {V} is compulsory for {S} | Which training do {S} need?; What course must {S} take?; In what are {S} instructed?
contact | registration; sign up | {S} register at {V}; {S} sign up at {V}; Registration of {S}: {V} | Where do {S} register?; How do {S} sign up?; Where can {S} enrol?
"""),
    "papers": read("""
span | deadline; time limit | {S} must be submitted within {V}; {S} have to be filed within {V}; Hand in {S} within {V}; {S} that come later than {V} are refused | How long do I have to submit {S}?; When must {S} be filed?; What is the deadline for {S}?; How quickly must I hand in {S}?; By when are {S} due?
span | processing time; response time | {S} are processed within {V}; It takes {V} to handle {S}; {S} are answered within {V}; We deal with {S} within {V} | How long does it take to process {S}?; How fast are {S} answered?; How soon do I hear back on {S}?; When are {S} dealt with?
the_role | approval; approved by; approver | {S} must be approved by {V}; {V} approves {S}; {S} are signed off by {V}; {S} need the signature of {V}; {V} has the last word on {S} | Who approves {S}?; Who signs {S}?; Who has to authorise {S}?; Whose permission is needed for {S}?; Who gives the go-ahead for {S}?
contact | send to; submit to; address | Send {S} to {V}; {S} go to {V}; Hand in {S} at {V}; {S} are collected at {V} | Where do I send {S}?; Where should {S} go?; Where do I submit {S}?; To which address do {S} belong?
money | limit; ceiling; threshold | {S} over {V} need a second signature; {S} above {V} are refused; {S} are limited to {V}; The ceiling for {S} is {V} | What is the limit for {S}?; Up to what sum are {S} accepted?; From what amount do {S} need a second signature?; How high may {S} be?
span | retention; storage period; archive | {S} are kept for {V}; We store {S} for {V}; {S} must be archived for {V}; {S} are destroyed after {V} | How long are {S} kept?; How long do we store {S}?; When are {S} destroyed?; How long must I hold on to {S}?
money | fee; charge | There is a fee of {V} for {S}; We charge {V} for {S}; {S} cost {V} each | What is the fee for {S}?; What do you charge for {S}?; How much do {S} cost?; What do I have to pay for {S}?
code | form; form number | Use form {V} for {S}; {S} require form {V}; For {S}, fill in form {V} | Which form do I use for {S}?; What form is needed for {S}?; Which sheet do I fill in for {S}?
room | stored in; location; filed in | {S} are stored in {V}; You will find {S} in {V}; {S} are filed in {V} | Where are {S} stored?; Where do I find {S}?; In which place are {S} kept?
count_of | number; total | {V} {S} were received this year; We counted {V} {S} in {Y}; The office handled {V} {S} | How many {S} were received?; How many {S} were counted?; What was the number of {S}?
"""),
    "event": read("""
date | date; day | {S} is on {V}; {S} takes place on {V}; {S} has been scheduled for {V}; {S} was moved to {V}; {S} will go ahead on {V} | When is {S}?; On what date is {S}?; On which day does {S} take place?; To what date was {S} moved?; For when is {S} planned?
clock | start; time; begins at | {S} starts at {V}; {S} begins at {V}; {S} opens at {V}; Doors for {S} open at {V} | What time does {S} start?; When does {S} begin?; At what hour does {S} open?; From when can I join {S}?
room | venue; room; place | {S} will be held in {V}; {S} takes place in {V}; We meet for {S} in {V}; {S} is hosted in {V} | Where is {S}?; Where will {S} be held?; In which room is {S}?; Where do we meet for {S}?; What is the venue of {S}?
person | host; chair; speaker; led by | {S} is led by {V}; {V} will lead {S}; {V} is hosting {S}; {S} is chaired by {V}; {V} opens {S} with a talk | Who leads {S}?; Who is hosting {S}?; Who chairs {S}?; Who is in charge of {S}?; Who runs {S}?
span | duration; length | {S} lasts {V}; {S} will take {V}; {S} is planned for {V}; {S} goes on for {V} | How long is {S}?; How long will {S} take?; How long does {S} last?; How much time does {S} need?
topic | topic; subject; theme | {S} is about {V}; {S} will deal with {V}; At {S} we talk about {V}; {S} covers {V} | What is {S} about?; What is the topic of {S}?; What will {S} deal with?; What do we discuss at {S}?
count_of | participants; attendees; places | {V} people attended {S}; {S} is open to {V} people; There are {V} places at {S}; {S} had {V} guests | How many people attended {S}?; How many people can join {S}?; How many guests did {S} have?; How large was the audience of {S}?
money | ticket price; fee; entry fee | {S} costs {V} per person; A ticket for {S} is {V}; We charge {V} for {S}; Entry to {S} costs {V} | How much does {S} cost?; What is the price of a ticket for {S}?; What does one pay for {S}?; What do I pay to get into {S}?
money | budget | The budget of {S} is {V}; We may spend {V} on {S}; {V} was set aside for {S}; {S} has {V} at its disposal | What is the budget of {S}?; How much money is there for {S}?; How much may we spend on {S}?; What sum is put aside for {S}?
person | minutes; minutes taken by | {V} will take the minutes of {S}; {V} writes the report on {S}; Notes on {S} are taken by {V} | Who takes the minutes of {S}?; Who writes down what is said at {S}?; Who is the note taker of {S}?
contact | sign up; registration; tickets | Sign up for {S} at {V}; Register for {S} at {V}; Tickets for {S} are sold at {V} | Where do I sign up for {S}?; How do I register for {S}?; Where can I book {S}?
reason | reason for delay | {S} was postponed because {V}; {S} was put off because {V}; {S} starts later because {V} | Why was {S} postponed?; Why does {S} start later?; What was the reason to delay {S}?; What kept {S} from starting in time?
reason | reason for cancellation | {S} was called off because {V}; {S} was cancelled because {V}; {S} does not take place because {V} | Why was {S} cancelled?; Why was {S} called off?; What was the reason to drop {S}?; What kept {S} from taking place?
"""),
    "project": read("""
date | deadline; due date; go-live | {S} must be finished by {V}; The deadline for {S} is {V}; {S} goes live on {V}; {S} has to be ready by {V}; {S} will be completed on {V} | When is {S} due?; What is the deadline for {S}?; When must {S} be finished?; By when does {S} have to be done?; When will {S} be ready?
person | lead; owner; project manager | {S} is led by {V}; {V} is in charge of {S}; {V} manages {S}; {V} took over {S}; Responsibility for {S} lies with {V} | Who leads {S}?; Who is in charge of {S}?; Who manages {S}?; Who is responsible for {S}?; Who heads {S}?
money | budget; cost; funding | {S} has a budget of {V}; {V} was approved for {S}; {S} will cost {V}; The committee set aside {V} for {S} | What is the budget of {S}?; How much money was approved for {S}?; How much will {S} cost?; How expensive is {S}?; What sum is set aside for {S}?
reason | delay; reason for delay | {S} was delayed because {V}; {S} was stopped because {V}; {S} is late because {V}; {S} fell behind because {V} | Why was {S} delayed?; Why was {S} stopped?; Why is {S} late?; What held up {S}?; What is the cause of the hold-up in {S}?
percent | progress; completion | {S} is {V} complete; {V} of {S} is done; So far {V} of {S} has been finished | How far along is {S}?; How much of {S} is done?; What is the progress of {S}?
count_of | team size; people | {V} people work on {S}; The team of {S} has {V} members; {S} keeps {V} people busy | How many people work on {S}?; How big is the team of {S}?; How many members has {S}?
company_name | partner; contractor; supplier | {S} is carried out with {V}; {V} was hired for {S}; The contract for {S} went to {V}; Work on {S} is done by {V} | Who is the partner in {S}?; Which company was hired for {S}?; Who got the contract for {S}?; Which firm carries out {S}?
date | start; kick-off | {S} started on {V}; Work on {S} began on {V}; {S} was launched on {V} | When did {S} start?; When was {S} launched?; When did work on {S} begin?
goods | goal; result; deliverable | {S} will deliver {V}; The aim of {S} is to produce {V}; At the end {S} should yield {V} | What will {S} deliver?; What is the aim of {S}?; What comes out of {S}?
"""),
    "building": read("""
year | built; opened; completed | {S} was built in {V}; {S} was opened in {V}; {S} dates from {V}; Construction of {S} was finished in {V} | When was {S} built?; How old is {S}?; In what year was {S} completed?; When was {S} put up?
place | location; city | {S} is in {V}; {S} stands in {V}; You will find {S} in {V}; {S} is located in {V} | Where is {S}?; In which town is {S}?; Where can I find {S}?; Where does {S} stand?
length | height | {S} is {V} tall; {S} rises {V} above the ground; {S} reaches a height of {V} | How tall is {S}?; How high is {S}?; How far up does {S} go?
person | architect; designer | {S} was designed by {V}; {V} designed {S}; The plans for {S} were drawn by {V} | Who designed {S}?; Who was the architect of {S}?; Who drew the plans for {S}?
hours | opening hours; open | {S} is open from {V}; Visitors can enter {S} from {V}; The doors of {S} are open {V} | When is {S} open?; What are the opening hours of {S}?; When can I get into {S}?; At what times may I visit {S}?
weekday | closed on; closing day | {S} is closed on {V}; {S} stays shut on {V}; There is no entry to {S} on {V} | On which day is {S} closed?; When is {S} not open?; Which day is {S} shut?
money | admission; entry fee; entrance fee | Admission to {S} costs {V}; Visitors of {S} pay {V}; Entry to {S} is {V} | What does entry to {S} cost?; How much is the admission to {S}?; What do I pay to enter {S}?
money | rent; daily rent | {S} can be rented for {V} a day; The rent of {S} is {V}; Hiring {S} costs {V} | What is the rent for {S}?; What does it cost to rent {S}?; How much do we pay to hire {S}?
count_of | seats; capacity | {S} has room for {V} people; {S} seats {V}; Up to {V} people fit into {S} | How many people fit into {S}?; How many seats does {S} have?; What is the capacity of {S}?; How many can {S} take in?
count_of | visitors per year | {V} visitors come to {S} each year; {S} draws {V} people a year; {S} counted {V} guests in {Y} | How many visitors does {S} have?; How many people come to {S}?; How popular is {S}?
area | floor area; size | {S} covers {V}; {S} has a floor area of {V}; {S} takes up {V} | How big is {S}?; What is the floor area of {S}?; How much ground does {S} cover?
person | manager; caretaker | {S} is run by {V}; {V} looks after {S}; The keys of {S} are with {V} | Who runs {S}?; Who looks after {S}?; Who has the keys of {S}?; Who takes care of {S}?
date | reopening; closed until | {S} opens again on {V}; {S} is closed until {V}; {S} will be back in use on {V} | When does {S} open again?; Until when is {S} closed?; When can {S} be used again?
"""),
    "person": read("""
role | role; position; job | {S} works as {A} {V}; {S} is employed as {A} {V}; {S} is the {V}; {S} took the post of {V} | What does {S} do?; What is the job of {S}?; What is the position of {S}?; What does {S} do for a living?
company_name | employer; company | {S} works for {V}; {S} is employed by {V}; {S} joined {V}; {S} has a contract with {V} | Where does {S} work?; Who does {S} work for?; Which company employs {S}?; Who pays {S}?
place | home; lives in | {S} lives in {V}; The home of {S} is in {V}; {S} moved to {V} | Where does {S} live?; Where is the home of {S}?; What town does {S} live in?
phone | phone; extension | {S} can be reached at {V}; Call {S} at {V}; You can phone {S} on {V} | What is the phone number of {S}?; How can I reach {S}?; Which number do I dial for {S}?; How do I ring {S}?
email | e-mail; mail | Write to {S} at {V}; {S} reads mail at {V}; The email address of {S} is {V} | What is the email address of {S}?; How can I write to {S}?; Where do I mail {S}?
room | office; desk | {S} sits in {V}; You can find {S} in {V}; The desk of {S} is in {V} | Where does {S} sit?; Where is the office of {S}?; Where can I find {S}?
date | birthday; date of birth | {S} was born on {V}; {S} celebrates a birthday on {V}; {S} came into the world on {V} | When was {S} born?; When is the birthday of {S}?; On what day was {S} born?
topic | responsible for; area; field | {S} is responsible for {V}; {S} takes care of {V}; {S} handles {V}; {S} looks after {V}; Everything about {V} goes to {S} | What is {S} responsible for?; What does {S} handle?; What does {S} take care of?; What is the field of {S}?
person | manager; reports to | {S} reports to {V}; {V} is the boss of {S}; {S} is supervised by {V} | Who does {S} report to?; Who is the boss of {S}?; Who supervises {S}?
person | deputy; stand-in | {V} stands in for {S}; {V} is the deputy of {S}; While {S} is away, {V} takes over | Who stands in for {S}?; Who is the deputy of {S}?; Who takes over while {S} is away?; Who replaces {S}?
year | since; joined | {S} joined in {V}; {S} has been with us since {V}; {S} has worked here since {V} | When did {S} join?; Since when does {S} work here?; In what year did {S} start?
"""),
    "software": read("""
version | version; release | {S} is at version {V}; The latest release of {S} is {V}; {S} {V} is the current version | What version of {S} is current?; Which is the latest release of {S}?; How far has {S} got in its numbering?
data_size | memory; storage; disk space | {S} needs {V} of memory; {S} takes up {V} on disk; {S} requires {V} of space | How much memory does {S} need?; How much disk space does {S} take?; How big is {S}?; What room does {S} require?
data_size | upload limit; maximum file size | Files sent to {S} may have up to {V}; {S} accepts files up to {V}; {S} rejects uploads larger than {V} | How large may files for {S} be?; What is the upload limit of {S}?; From what size does {S} refuse a file?
span | timeout; session length | {S} times out after {V}; {S} closes idle sessions after {V}; You are logged out of {S} after {V} | When does {S} time out?; How long does a session of {S} last?; After what time does {S} log me out?
amount | rate limit; requests per hour | {S} allows {V} requests per hour; {S} answers at most {V} calls an hour; Clients may call {S} {V} times per hour | How many requests does {S} allow?; What is the rate limit of {S}?; How often may a client call {S}?
amount | port; default port | {S} listens on port {V}; {S} uses port {V}; The default port of {S} is {V} | Which port does {S} use?; On what port does {S} listen?; Where does {S} wait for connections?
frequency | backup; backups; update | {S} is backed up {V}; Backups of {S} are made {V}; A copy of {S} is saved {V} | How often is {S} backed up?; When are backups of {S} made?; How frequently is {S} saved?
span | retention; log retention | {S} keeps its logs for {V}; Logs of {S} are deleted after {V}; {S} remembers entries for {V} | How long does {S} keep its logs?; When are logs of {S} deleted?; How long are entries of {S} stored?
url | address; documentation; download | {S} runs at {V}; {S} can be downloaded from {V}; The manual of {S} is at {V} | Where can I download {S}?; At which address does {S} run?; Where is the manual of {S}?
money | licence fee; price per seat | A licence for {S} costs {V}; {S} is billed at {V} per seat; Each user of {S} costs {V} | What does a licence for {S} cost?; How much is {S} per user?; What do we pay for {S}?
person | maintainer; owner | {S} is maintained by {V}; {V} looks after {S}; Bugs in {S} are fixed by {V} | Who maintains {S}?; Who looks after {S}?; Who fixes bugs in {S}?
date | end of support; shutdown | Support for {S} ends on {V}; {S} will be switched off on {V}; {S} is retired on {V} | When does support for {S} end?; When is {S} switched off?; Until when can we use {S}?
span | password change; password expiry | Passwords for {S} expire after {V}; {S} asks for a new password every {V}; Change your password for {S} every {V} | How often must I change my password for {S}?; When do passwords for {S} expire?; How long is a password for {S} valid?
code | environment variable; setting; command | {S} reads its key from {V}; The key of {S} is kept under {V}; Set {V} to configure {S} | Where does {S} read its key from?; Which setting holds the key of {S}?; What do I set to configure {S}?
"""),
    "route": read("""
clock | departure; leaves at | {S} leaves at {V}; {S} departs at {V}; {S} sets off at {V} | When does {S} leave?; What is the departure time of {S}?; At what time does {S} set off?
clock | arrival; arrives at | {S} arrives at {V}; {S} gets in at {V}; {S} reaches its last stop at {V} | When does {S} arrive?; What time does {S} get in?; When does {S} reach the end?
money | fare; ticket | A ticket for {S} costs {V}; The fare of {S} is {V}; {S} can be used for {V} | How much is a ticket for {S}?; What is the fare of {S}?; What does it cost to ride {S}?
frequency | runs; interval | {S} runs {V}; {S} goes {V}; {S} operates {V} | How often does {S} run?; How frequently does {S} go?; At what interval does {S} operate?
room | stop; platform | {S} stops at {V}; {S} starts from {V}; Board {S} at {V} | Where does {S} stop?; From where does {S} start?; Where do I get on {S}?
span | journey time; duration | {S} takes {V}; The ride with {S} lasts {V}; With {S} you are there in {V} | How long does {S} take?; How long is the ride with {S}?; What is the travel time of {S}?
mass | baggage allowance; luggage | Passengers of {S} may bring {V} of luggage; On {S}, bags up to {V} are free; {S} carries luggage up to {V} | How much luggage is allowed on {S}?; How heavy may bags be on {S}?; What baggage does {S} take?
"""),
    "course": read("""
person | teacher; instructor | {S} is taught by {V}; {V} teaches {S}; {V} gives {S} | Who teaches {S}?; Who is the teacher of {S}?; Who gives {S}?
weekdays | days; lessons | {S} meets on {V}; Lessons of {S} are on {V}; {S} is held on {V} | On which days does {S} meet?; When are the lessons of {S}?; What days is {S} on?
money | fee; tuition | {S} costs {V}; The fee for {S} is {V}; Participants of {S} pay {V} | How much does {S} cost?; What is the fee for {S}?; What do participants of {S} pay?
percent | pass mark | You pass {S} with {V}; {V} of the points are enough for {S}; To pass {S}, {V} of the points are needed | What is needed to pass {S}?; How many points does one need in {S}?; What score is enough in {S}?
date | exam | The exam of {S} is on {V}; {S} ends with a test on {V}; Participants of {S} are examined on {V} | When is the exam of {S}?; When is the test of {S}?; On what date are people examined in {S}?
date | registration closes | Registration for {S} closes on {V}; Sign up for {S} before {V}; {S} takes no more people after {V} | When does registration for {S} close?; Until when can I sign up for {S}?; What is the last day to join {S}?
count_of | places; group size | {S} has {V} places; At most {V} people can take {S}; {S} is limited to {V} participants | How many places does {S} have?; How many people can take {S}?; How large is the group in {S}?
room | room; classroom | {S} is held in {V}; {S} meets in {V}; Lessons of {S} are in {V} | Where is {S} held?; In which room is {S}?; Where are the lessons of {S}?
"""),
    "substance": read("""
heat | storage temperature | Store {S} below {V}; Keep {S} at {V}; {S} must be kept at {V} | At what temperature should {S} be stored?; How cold must {S} be kept?; How warm may it get around {S}?
heat | boiling point | {S} boils at {V}; {S} turns to gas at {V}; At {V}, {S} begins to boil | When does {S} boil?; At what temperature does {S} turn to gas?; At what heat does {S} bubble?
heat | flash point | {S} ignites at {V}; {S} catches fire at {V}; Above {V}, {S} may burn | At what temperature does {S} ignite?; When does {S} catch fire?; How hot must {S} be to burn?
room | storage; kept in | {S} is kept in {V}; Store {S} in {V}; {S} belongs in {V} | Where is {S} kept?; Where do I store {S}?; In which place does {S} belong?
span | shelf life; use within | {S} can be used for {V} after opening; {S} keeps for {V}; Throw {S} away after {V} | How long does {S} keep?; When must {S} be thrown away?; How long can {S} be used?
material | container | {S} must be kept in containers of {V}; Only bottles of {V} hold {S}; Fill {S} into tins of {V} | What containers does {S} need?; In what kind of bottle is {S} kept?; What must a vessel for {S} be made of?
material | gloves | Wear gloves of {V} when you handle {S}; {S} calls for gloves of {V}; Protect your hands from {S} with {V} | Which gloves do I wear for {S}?; What protects my hands from {S}?; How do I guard my skin against {S}?
remedy | spill | If {S} is spilled, {V}; When {S} leaks, {V}; Should {S} run out, {V} | What do I do if {S} is spilled?; What should I do when {S} leaks?; What helps when {S} has run out?
remedy | first aid | After contact with {S}, {V}; When {S} gets into the eyes, {V}; Anyone who swallows {S} should {V} | What should I do after contact with {S}?; What is the first aid for {S}?; What if someone has drunk {S}?
percent | concentration | {S} is delivered at a concentration of {V}; {S} comes at a strength of {V}; Dilute {S} to {V} | What is the concentration of {S}?; How concentrated is {S}?; How strongly is {S} diluted?
quantity | dose; amount | Use {V} of {S} per litre; The dose of {S} is {V}; Add {V} of {S} | How much {S} do I use?; What is the dose of {S}?; How much {S} is added?
"""),
    "dish": read("""
span | cooking time; baking time; oven time | {S} has to bake for {V}; Leave {S} in the oven for {V}; Cook {S} for {V}; {S} simmers for {V} | How long does {S} bake?; How long does {S} stay in the oven?; How long must {S} cook?; When is {S} done?
heat | oven; temperature | Bake {S} at {V}; Heat the oven to {V} for {S}; {S} is baked at {V} | At what temperature is {S} baked?; How hot should the oven be for {S}?; What heat does {S} need?
small | serves; portions | {S} serves {V} people; {S} is enough for {V} guests; The recipe makes {V} portions of {S} | How many people does {S} serve?; How many guests is {S} enough for?; For how many is {S}?
quantity | flour | You need {V} of flour for {S}; {S} takes {V} of flour; Sift {V} of flour for {S} | How much flour do I need for {S}?; What amount of flour goes into {S}?; How much meal does {S} get?
quantity | butter | {S} calls for {V} of butter; Melt {V} of butter for {S}; {S} is made with {V} of butter | How much butter goes into {S}?; How much butter do I melt for {S}?; What amount of fat does {S} take?
quantity | sugar | Stir {V} of sugar into {S}; {S} is sweetened with {V} of sugar; {S} gets {V} of sugar | How much sugar does {S} get?; How much sugar do I stir into {S}?; How is {S} sweetened?
ingredient | main ingredient | The main ingredient of {S} is {V}; {S} consists mostly of {V}; {S} is made from {V} | What is the main ingredient of {S}?; What is {S} made of?; What is mostly in {S}?
ingredient | topping | {S} is topped with {V}; Sprinkle {S} with {V}; Put {V} on {S} | What is {S} topped with?; What do I put on {S}?; What is strewn over {S}?
span | resting time | Let {S} rest for {V}; Leave {S} to stand for {V}; {S} has to stand for {V} | How long should {S} rest?; How long is {S} left to stand?; How long is {S} set aside?
span | cooling time | {S} must cool for {V}; Let {S} cool down for {V}; Chill {S} for {V} | How long must {S} cool?; How long do I let {S} cool down?; After what time is {S} cold enough?
"""),
    "animal": read("""
ingredient | diet; food | {S} eats {V}; {S} feeds mainly on {V}; {S} is given {V} | What does {S} eat?; What is the diet of {S}?; What is {S} fed?
place | habitat; home | {S} comes from the forests of {V}; {S} lives near {V}; {S} is found around {V} | Where does {S} live?; Where is {S} from?; What is the home of {S}?
mass | weight | {S} weighs up to {V}; {S} can reach {V}; {S} was {V} at its last weighing | How heavy does {S} get?; How much does {S} weigh?; What does {S} weigh?
person | keeper | {S} is cared for by {V}; {V} feeds {S}; {V} looks after {S} | Who cares for {S}?; Who feeds {S}?; Who looks after {S}?
person | discovered by | {V} discovered {S}; {S} was first described by {V}; {S} was found by {V} | Who discovered {S}?; Who first described {S}?; Who found {S}?
span | lifespan | {S} lives for {V}; {S} reaches an age of {V}; {S} dies after {V} | How long does {S} live?; How old does {S} get?; What age does {S} reach?
span | hibernation | {S} sleeps for {V} in winter; {S} hibernates for {V}; The winter sleep of {S} lasts {V} | How long does {S} sleep?; How long does {S} hibernate?; How long is the winter sleep of {S}?
"""),
    "ship": read("""
count_of | crew | {S} carries a crew of {V}; {S} needs {V} sailors; {V} people work on {S} | How large is the crew of {S}?; How many sailors does {S} need?; How many people work on {S}?
count_of | passengers | {V} passengers fit on {S}; {S} takes {V} passengers; {S} has berths for {V} | How many passengers does {S} carry?; How many passengers fit on {S}?; How many travellers can go on {S}?
goods | cargo; freight | {S} is loaded with {V}; {S} transports {V}; On board {S} are {V} | What is {S} loaded with?; What does {S} transport?; What freight is on {S}?
place | destination | {S} sails for {V}; {S} is on its way to {V}; {S} is bound for {V} | Where is {S} going?; Where does {S} sail?; What is the destination of {S}?
place | home port | The home port of {S} is {V}; {S} is registered in {V}; {S} is at home in {V} | What is the home port of {S}?; Where is {S} registered?; Where is {S} at home?
person | captain | {S} is under the command of {V}; {V} is the captain of {S}; {V} steers {S} | Who commands {S}?; Who is the captain of {S}?; Who steers {S}?
year | launched; built | {S} was launched in {V}; {S} has been at sea since {V}; The keel of {S} was laid in {V} | When was {S} launched?; Since when is {S} at sea?; How old is {S}?
"""),
}

HELD_OUT = ["animal", "ship"]
TRAINED = [name for name in SUBJECTS if name not in HELD_OUT]

QUALIFIERS = {
    "people": ["during the probation", "in the summer months", "at the {P} site", "on night shift", "after five years of service", "in their first year", "under 18", "over 55", "from abroad", "on Sundays", "in the {P} office"],
    "papers": ["from abroad", "on paper", "of more than ten pages", "for the {P} office", "from students", "after December", "without a signature", "that were sent online"],
    "product": ["with the large tank", "in winter", "in eco mode", "for rental", "with the extra battery", "of the first series", "in the {P} edition", "with the long hose"],
    "any": ["in winter", "in summer", "for members", "for groups", "at weekends", "on public holidays", "for children", "at the {P} site", "in the first year", "for new customers"],
}

OPENERS = ["As a rule, ", "Since {Y}, ", "At present, ", "From {D}, ", "According to the supplier, ", "Please note: ", "For safety reasons, ", "As agreed with {P}, ", "Until further notice, ", "In most cases, ", "Under normal conditions, ", "By the way, ",
           "As decided on {D}, ", "In general, ", "Unlike before, ", "For the time being, ", "If nothing else is agreed, ", "At the {P} site, "]
CLOSERS = [", as in previous years", ", which {P} has confirmed", " (see also the annex)", ", unless otherwise agreed", " under normal use", ", and this will not change before {D}", " according to the contract", ", which is more than last year", " as of {D}",
           ", but exceptions are possible", " (checked on {D})", ", as {P} pointed out", ", provided that the {N} is in order", " without exception", ", including the {N}", ", not counting the {N}", ", subject to change"]
GENERAL_SAYS = ["The {N} of {S} is {V}", "{S} has a {N} of {V}", "For {S}, the {N} is {V}", "The {N} for {S} was set at {V}", "With {S}, the {N} is {V}", "{S}: {N} {V}", "{V} is the {N} of {S}", "The current {N} of {S}: {V}", "As {N} of {S}, {V} was entered"]
GENERAL_ASKS = ["What is the {N} of {S}?", "What {N} does {S} have?", "{S} {N}", "{N} of {S}", "{N} of {S}?", "Tell me the {N} of {S}.", "Can you tell me the {N} for {S}?", "What about the {N} of {S}?", "I need the {N} of {S}.", "Which {N} applies to {S}?", "Do you know the {N} of {S}?",
                "What does it say about the {N} of {S}?", "Find the {N} of {S}."]
