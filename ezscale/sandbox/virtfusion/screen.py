"""A machine's screen as its console shows it: a black picture with a line of text in a font of five rows."""

import struct

WIDTH, HEIGHT = 320, 200
SCALE, LEFT = 2, 8
LETTER, LINE = 4 * SCALE, 8 * SCALE
PER_LINE = (WIDTH - 2 * LEFT) // LETTER
LINES = HEIGHT // LINE - 1
ENTER, BACKSPACE = 0xFF0D, 0xFF08
# 32 bits a pixel, depth 24, little endian, true colour, red at 16, green at 8, blue at 0.
PIXEL_FORMAT = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
GREEN = (120, 230, 120)
# Each letter is three dots wide; a digit is a row, from the top.
DRAWN = """
A25755 B65656 C34443 D65556 E74647 F74644 G34553 H55755 I72227 J11152 K55655
L44447 M57755 N65555 O25552 P65644 Q25563 R65655 S34216 T72222 U55557 V55552
W55775 X55255 Y55222 Z71247 025552 126227 261247 361216 455711 574616 634752
771122 825252 925716 .00002 -00700 _00007 $36236 /11244 :02020 #57575 @25743
>42124
"""
FONT = {letter[0]: letter[1:] for letter in DRAWN.split()} | {" ": "00000"}
UNKNOWN = "77777"


class Screen:
    """What stands on it, and how the client wants its colours."""

    def __init__(self, host: str) -> None:
        self._lines = [f"{host} LOGIN:", ""]
        self._shifts = (16, 8, 0)

    @property
    def text(self) -> str:
        """What was typed last."""
        return self._lines[-1]

    def paint_as(self, wanted: bytes) -> None:
        """From now on in the client's own colours, which have to be of 32 bits."""
        self._shifts = tuple(wanted[10:13])  # type: ignore[assignment]  # three of them

    def press(self, key: int) -> None:
        """A key goes down."""
        if key == ENTER:
            self._lines.append("")
        elif key == BACKSPACE:
            self._lines[-1] = self._lines[-1][:-1]
        elif 0x20 <= key < 0x7F:
            self._lines[-1] += chr(key)

    def type(self, text: str) -> None:
        """A text is pasted."""
        for letter in text:
            self.press(ENTER if letter == "\n" else ord(letter))

    def picture(self) -> bytes:
        """Every dot of it, row by row."""
        black = bytes(4)
        colour = sum(part << shift for part, shift in zip(GREEN, self._shifts, strict=True)).to_bytes(4, "little")
        empty, rows = black * WIDTH, []
        for line in self._lines[-LINES:]:
            shown = [FONT.get(letter, UNKNOWN) for letter in line.upper()[-PER_LINE:]]
            rows += [empty] * (LINE - 5 * SCALE)
            for row in range(5):
                dots = "".join(f"{int(letter[row]):03b}0" for letter in shown)
                drawn = black * LEFT + b"".join((colour if dot == "1" else black) * SCALE for dot in dots)
                rows += [drawn.ljust(4 * WIDTH, b"\0")] * SCALE
        return b"".join([*rows, *[empty] * (HEIGHT - len(rows))])
