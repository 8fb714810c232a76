"""Pocket's tokenizer: byte-level BPE whose digits always stand alone, trained on English that Debian carries and on generated chats.

    python base_tokenizer.py TARGET.json [--size 12288]

llama.cpp reproduces it exactly as tokenizer model `gpt2` with the pre-tokenizer `smollm`. Common words must be single tokens:
a token then means something by itself (semantic_vectors.py), and five passages fit into fewer of them.
"""
import argparse
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from embedder_texts import package_texts, wordnet_texts
from pairs import PairMaker, user_turn
from semantic_vectors import EMBEDDER

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]
END_OF_TEXT, TURN_START, TURN_END, PADDING = range(4)
SEED = 99
# Words of handbooks, manuals and minutes that are too rare elsewhere to become tokens by counting.
WORKPLACE = (
    "absence absent acceptance accessories accommodation accrual acknowledged adapter adjourned adjust admission advance agenda aisle alarm allergens allowance altitude "
    "amendment annual annually apologies applicant applies apprentice approve approved approves approver archived arrival assembly assignment attach attachment "
    "attendees attending audit authorised autumn backup backups badge badges balance bandwidth batch battery bearing billed billing booked booking bookings boiler "
    "booth bracket breakfast broken budget bulletin cabinet cable calibrated calibration cancel cancellation cancelled canteen capacity carrier cartridge casing catering certificate chaired "
    "chairperson charger chargeable checklist clearance cleaned cleaning clerk clockwise closes closing committee commute compensation competence complaint complete compliance component "
    "conference confidential confirmed consumption container contractor contractors coordinator courier coverage credential credited crew cupboard currency customer customers cyclists "
    "daily damaged database deadline deadlines decided deducted default defect delay delayed deliveries delivered delivery department departments departs departure deposit deputy descale device "
    "devices diagnostics diameter dimensions discarded discount dishwasher display dispatch dispatched distance donation download draft drain drainage duration duties e-mail eligible emergency "
    "employee employees employer enabled encrypted endpoint entitled entrance entitlement equipment escalated evacuation exceed exceeds exempt exhibition exit expense expenses expires expiry extension "
    "external facilities facility faulty feedback fee fees filter filters finance fittings fixture flammable flexible forklift freight frequency freezer fridge fuse garage gasket gloves goggles guarantee "
    "guaranteed handbook handover headcount headquarters heater helmet helpdesk holiday holidays hotline hourly housing humidity ignition inbox included includes indicator induction ingredients inspected "
    "inspection install installation installed installer insured intake interns interval inventory invoice invoiced invoices itinerary janitor kettle keypad kilometre kilometres kilograms lamp landlord laptop laptops "
    "launch lease leaflet ledger lever licence lid limit litre litres loading lobby locker login lubricate lunch luggage machine mailbox maintenance maintained malfunction mandatory manufacturer maximum "
    "metres milestone mileage millilitres minimum minutes moisture monitor monitors monthly mortgage mounting multimeter newsletter noise notified notice nozzle nurse offline onboarding online operator "
    "opt outage outlet oven overdue overnight overtime owner package packaging pallet pallets parcel parental parking participants password passwords patient payable payday payment payroll pension "
    "perishable permit permitted phase photocopier pickup plug policy portal postage postpone postponed potable precaution premises prepare prescription printer printers prior probation procedure "
    "procurement proofread proposal prototype provider purchase purchased quarterly query quota quotation rebate rebooked receipt receipts receptionist reception recipient recipients recipe recommended "
    "recruitment recycled recycling redeemed reference refill refund refundable refunded refunds register registered registration reimburse reimbursed reimbursement reinstated reject rejected reload reminder "
    "remote remotely renew renewal renewed rental rented repair repaired repairs repeat replace replaced replacement replaces reschedule rescheduled reserve resets resignation respond responsible restart "
    "restock retention retries retirement returned returns reviewed reviewer rinse roster router rubber safety salaries salary sample scanner schedule scheduled sealed seals seconds secretary sensor "
    "server severance shelf shift shifts shipment shipped shipping shortage shuttle sick signature signed simmer sleeve software spare speaker specification spill staff stapler starter stationery "
    "sterile stock storage stored subscription submit submitted supervised supervisor supplier suppliers supplies surcharge sustainable switch syllabus tablet tariff technician temperature temporary tenant "
    "tenants terminal terminate terminated termination threshold thermostat ticket tickets timeout timesheet tightened token tolerance toner tonnes torque trainee training transfer trial trolley troubleshooting tuition turnover "
    "unauthorised unplug unused unwell update updated upgrade upload urgent usage utilities vacancy vacation valid valve valves vehicle vehicles vendor ventilation venue version vinegar visitor visitors "
    "volunteer voltage voucher vouchers warehouse warehouses warning warranty waste watts weekday weekdays weekly weighs wipe wiring withdrawn workshop workshops yearly").split()


def corpus() -> list[str]:
    definitions, examples = wordnet_texts()
    packages = package_texts()
    choose = random.Random(SEED)
    generated = []
    maker = PairMaker(SEED)
    for _ in range(8000):
        pair = maker.with_passages()[0]
        generated.append(user_turn(pair.question, pair.passages))
    # Examples are everyday English, the rest is terser: three copies keep the everyday words whole.
    texts = definitions + 3 * examples + [text[0].upper() + text[1:] for text in examples] + packages + generated
    texts += common_words(6500) + [f" {word} {word.capitalize()}\n{word.capitalize()}" * 500 for word in WORKPLACE]
    choose.shuffle(texts)
    return texts


def common_words(count: int) -> list[str]:
    """The embedder's whole words, the commonest first, as often as Zipf's law has them; the dictionary's own English is too bookish."""
    vocabulary = Tokenizer.from_file(str(EMBEDDER / "tokenizer.json")).get_vocab()
    words = [word for word in sorted(vocabulary, key=vocabulary.get) if word.isascii() and word.isalpha() and len(word) > 1][:count]
    return [f" {word}" * min(2000, 300 + 400_000 // (rank + 50)) for rank, word in enumerate(words)] + [
        f" {word.capitalize()}" * min(800, 200_000 // (rank + 50)) for rank, word in enumerate(words[:1500])]


def train(texts: list[str], size: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=SPECIAL, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    return tokenizer


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("target", type=Path)
    options.add_argument("--size", type=int, default=12288)
    options = options.parse_args()
    tokenizer = train(corpus(), options.size)
    tokenizer.save(str(options.target))
    print(f"{tokenizer.get_vocab_size()} tokens")
