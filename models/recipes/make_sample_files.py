"""Write the two sample documents that cannot be typed by hand: a PDF manual and a DOCX policy.

    pip install reportlab python-docx
    python make_sample_files.py ../samples/documents

Both files come out byte for byte the same on every run, so that their hashes in a clean checkout stay put:
reportlab's `invariant` mode leaves out dates and random identifiers, and the DOCX is zipped again with fixed times.
"""
import datetime
import sys
import zipfile
from pathlib import Path

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import ListFlowable, ListItem, PageBreak, Paragraph, SimpleDocTemplate, Spacer

MANUAL = [
    ("Title", "TW-20 Pump: Operating Manual"),
    ("Normal", "Manual number M-20-7. Edition of February 2026. Keep this manual near the pump."),
    ("Heading1", "1. Description"),
    ("Normal", "The TW-20 is a water pump for gardens, cellars and small workshops. The TW-20 pump weighs 11.5 kg. "
               "The TW-20 is 42 cm tall. The housing of the TW-20 is made of stainless steel. The TW-20 is finished in dark blue. "
               "Older pumps with a grey housing have another manual."),
    ("Heading1", "2. Technical data"),
    ("List", ["The power consumption of the TW-20 is 850 W.", "The tank of the TW-20 holds 6 litres.",
              "The TW-20 moves 20 cubic metres of water per hour.", "The maximum temperature for the TW-20 is 45 degrees.",
              "The TW-20 makes a noise of 61 decibels."]),
    ("Heading1", "3. Installation"),
    ("Normal", "Place the TW-20 on a flat floor. The distance to the wall must be at least 15 cm. The hose must have a width of 32 mm. "
               "Fill the tank before the first start. Never run the pump without water. "
               "Only an electrician may open the motor."),
    ("Normal", "The TW-20 must be connected to a 230 volts socket. The cable of the TW-20 is 10 m long. "
               "An extension cable may be used indoors."),
    ("Break", ""),
    ("Heading1", "4. Operation"),
    ("Normal", "To start the TW-20, press the green button for 2 seconds. To stop the TW-20, press the red button. "
               "To reset the TW-20, hold both buttons for 8 seconds. The TW-20 stops by itself after 4 hours."),
    ("Heading1", "5. Lights and error codes"),
    ("List", ["A green light means that the TW-20 is running.", "An amber light means that the filter is full.",
              "A red light means that the tank is empty.", "Error code E-3 means that the motor is too hot.",
              "Error code E-7 means that the hose is blocked."]),
    ("Normal", "Wait 30 minutes after error code E-3. Clean the hose after error code E-7."),
    ("Heading1", "6. Care"),
    ("Normal", "Replace the filter of the TW-20 every 6 months. The seal must be changed every 2 years. "
               "Clean the housing with a damp cloth. Empty the tank before the first frost. "
               "Store the TW-20 in a dry room."),
    ("Break", ""),
    ("Heading1", "7. Warranty and help"),
    ("Normal", "The TW-20 pump has a warranty of 36 months. The warranty card lies in the box. "
               "Register the pump within 60 days. The serial number is on the bottom of the pump."),
    ("Normal", "The service hotline is 555-0155. The hotline is open from Monday to Friday. "
               "Spare parts are ordered from parts@tarnholm.example."),
    ("Heading1", "8. Disposal"),
    ("Normal", "Do not put the pump in the household waste. Tarnholm Works takes old pumps back free of charge. "
               "Send old pumps to the warehouse in Port Ellery."),
]


def write_manual(path: Path) -> None:
    styles = getSampleStyleSheet()
    story = []
    for kind, content in MANUAL:
        if kind == "Break":
            story.append(PageBreak())
        elif kind == "List":
            story.append(ListFlowable([ListItem(Paragraph(line, styles["Normal"])) for line in content], bulletType="bullet"))
            story.append(Spacer(1, 3 * mm))
        else:
            story.append(Paragraph(content, styles[kind]))
            story.append(Spacer(1, 3 * mm))
    document = SimpleDocTemplate(str(path), pagesize=A4, title="TW-20 Pump: Operating Manual", author="Tarnholm Works",
                                 leftMargin=25 * mm, rightMargin=25 * mm, invariant=1)
    document.build(story, onFirstPage=number_page, onLaterPages=number_page)


def number_page(canvas, document) -> None:
    canvas.setFont("Helvetica", 9)
    canvas.drawRightString(A4[0] - 25 * mm, 12 * mm, f"TW-20 manual, page {document.page}")


POLICY = [
    ("heading", "Travel and Expenses Policy"),
    ("text", "This policy is valid from 1 January 2026. It holds for all staff of Tarnholm Works."),
    ("heading", "Approval"),
    ("text", "The finance manager approves travel at Tarnholm Works. Travel requests must be submitted within 10 days before the trip. "
             "Use form T-4 for travel requests. Trips outside Europe must be approved by the CEO."),
    ("heading", "Trains, planes and cars"),
    ("text", "Staff travel by train for trips under 600 km. Flights are booked by Linda Green. "
             "First class tickets are not paid. The rate for a private car is 0.38 euros per km. Company cars are parked at building 2."),
    ("heading", "Hotels and meals"),
    ("text", "The limit for a hotel is 130 euros per night. The daily rates for meals are in the table below."),
    ("table", [("Country", "Daily rate for meals", "Limit for hotels"), ("Norway", "62 euros", "160 euros"),
               ("Germany", "38 euros", "130 euros"), ("Portugal", "34 euros", "115 euros"), ("Japan", "57 euros", "170 euros")]),
    ("text", "Alcohol is never paid. Tips are paid up to 5 euros per meal."),
    ("heading", "Claims"),
    ("text", "Expense claims must be submitted within 21 days. Send expense claims to expenses@tarnholm.example. "
             "Claims are paid with the next salary. Receipts are kept for 7 years. Claims over 500 euros need a second signature."),
    ("heading", "Company credit card"),
    ("text", "The company credit card has a limit of 2,000 euros per month. A lost card must be reported to the bank within one hour. "
             "Cash advances are not given."),
]


def write_policy(path: Path) -> None:
    document = Document()
    for kind, content in POLICY:
        if kind == "heading":
            document.add_heading(content, level=0 if content == POLICY[0][1] else 1)
        elif kind == "text":
            document.add_paragraph(content)
        else:
            table = document.add_table(rows=0, cols=len(content[0]), style="Table Grid")
            for row in content:
                for cell, text in zip(table.add_row().cells, row):
                    cell.text = text
    document.core_properties.author = "Tarnholm Works"
    document.core_properties.title = POLICY[0][1]
    document.core_properties.created = document.core_properties.modified = datetime.datetime(2026, 1, 1)
    document.save(path)
    fix_zip_times(path)


def fix_zip_times(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    write_manual(folder / "tw-20-manual.pdf")
    write_policy(folder / "travel-and-expenses.docx")
