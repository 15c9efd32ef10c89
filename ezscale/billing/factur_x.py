"""The metadata by which a reader knows that a PDF carries a Factur-X invoice.

Typst attaches the file, but knows no way to add to the metadata (XMP) it writes. Factur-X wants four properties there,
and PDF/A a description of them. So they are set into the finished file: into the one object that holds the metadata,
which is not compressed, with the places of whatever lies behind it moved along.
"""

import re

METADATA = re.compile(rb"/Length (\d+)/Type/Metadata/Subtype/XML>>\s*stream\r?\n")
ENTRY = re.compile(rb"(\d{10})( \d{5} n)")
NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentType": ("INVOICE", "The type of the hybrid document"),
    "DocumentFileName": ("factur-x.xml", "The name of the embedded XML document"),
    "Version": ("1.0", "The version of the standard that the XML document follows"),
    "ConformanceLevel": ("EN 16931", "The conformance level of the XML document"),
}


def say_factur_x(pdf: bytes) -> bytes:
    """The same file, whose metadata name the invoice in it."""
    found = METADATA.search(pdf)
    if found is None:
        raise ValueError("This file has no metadata to add to.")
    length = int(found[1])
    start = found.end()
    xmp = _with_properties(pdf[start : start + length])
    head = found[0].replace(b"/Length %d/" % length, b"/Length %d/" % len(xmp))
    rest = pdf[start + length :]
    grown = len(head) + len(xmp) - len(found[0]) - length
    return pdf[: found.start()] + head + xmp + _moved(rest, grown, found.start())


def _with_properties(xmp: bytes) -> bytes:
    described = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
        for name, (_, about) in PROPERTIES.items()
    )
    schema = (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{described}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )
    said = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, (value, _) in PROPERTIES.items())
    values = f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{said}</rdf:Description>'
    before, end_of_schemas, after = xmp.rpartition(b"</rdf:Bag></pdfaExtension:schemas>")
    if not end_of_schemas:
        raise ValueError("This file describes no properties to add ours to.")
    whole = before + schema.encode() + end_of_schemas + after
    return whole.replace(b"</rdf:RDF>", values.encode() + b"</rdf:RDF>")


def _moved(rest: bytes, by: int, behind: int) -> bytes:
    """What follows the metadata, with the table of places and the place of the table itself put right."""
    body, table, places = rest.rpartition(b"\nxref\n")
    places = ENTRY.sub(lambda entry: b"%010d%s" % (_later(int(entry[1]), by, behind), entry[2]), places)
    places = re.sub(rb"startxref\s+(\d+)", lambda last: b"startxref\n%d" % (int(last[1]) + by), places)
    return body + table + places


def _later(place: int, by: int, behind: int) -> int:
    return place + by if place > behind else place
