//! The ways in which one character can stand in a text, and those in which a line can be broken between two.

/// Most times that a percent sign is looked for behind its own escape: `%252F`, `%25252F`.
const DEPTH: usize = 4;

/// Most backslashes in a row that count as one escape: six texts inside one another. Whatever stands behind a longer run
/// is found from the last of them on, and a text of nothing else is read in one pass.
pub(super) const MOST_SLASHES: usize = 64;

/// How many backslashes stand in a row at a place, up to [`MOST_SLASHES`].
pub(super) fn slashes(text: &[u8], at: usize) -> usize {
    text[at..].iter().take(MOST_SLASHES).take_while(|byte| **byte == b'\\').count()
}

/// The place behind those backslashes of a long run with which no escape begins that a later one does not begin as well.
pub(super) fn behind_idle_slashes(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at + MOST_SLASHES) != Some(&b'\\') {
        return None;
    }
    let run = text[at..].iter().take_while(|byte| **byte == b'\\').count();
    run.checked_sub(MOST_SLASHES).filter(|idle| *idle > 0).map(|idle| at + idle)
}

/// The places behind a line break and the white space that continues a folded header: as it is, percent-encoded or
/// escaped, the soft break of quoted-printable, or the seam of two encoded words (RFC 2047).
///
/// Some of the white space may belong to the secret, so every place in it counts.
pub(super) fn unfold(text: &[u8], at: usize) -> impl Iterator<Item = usize> {
    let mut places = Vec::new();
    let seam = text.get(at..at + 2) == Some(b"?=");
    let is_soft = text.get(at) == Some(&b'=') && one_of(text, at + 1, BREAKS).is_some();
    let start = if seam { at + 2 } else { at + usize::from(is_soft) };
    let mut here = start;
    while let Some(length) = one_of(text, here, BREAKS) {
        here += length;
    }
    if here > start {
        places.push(here);
        while let Some(length) = one_of(text, here, BLANKS) {
            here += length;
            places.push(here);
        }
    }
    if seam {
        // The next word begins behind its character set and its encoding.
        let word = if places.is_empty() { here + usize::from(text.get(here) == Some(&b' ')) } else { here };
        places = encoded_word(text, word).into_iter().collect();
    }
    places.into_iter()
}

/// The characters of a line break, and the letters that stand for them in an escape.
const BREAKS: [(u8, u8); 2] = [(b'\r', b'r'), (b'\n', b'n')];
/// The same of white space; a blank has no letter.
const BLANKS: [(u8, u8); 2] = [(b' ', b' '), (b'\t', b't')];

/// How long one of some characters is at a place: as it is, percent-encoded, or behind any number of backslashes.
fn one_of(text: &[u8], at: usize, characters: [(u8, u8); 2]) -> Option<usize> {
    let first = *text.get(at)?;
    let slashes = slashes(text, at);
    characters.iter().find_map(|(character, letter)| {
        if first == *character {
            return Some(1);
        }
        let mut ends = Vec::new();
        match first {
            b'%' => one_byte(text, at, *character, &mut ends),
            b'\\' if letter.is_ascii_alphabetic() && text.get(at + slashes) == Some(letter) => {
                ends.push(at + slashes + 1)
            }
            _ => {}
        }
        ends.first().map(|end| end - at)
    })
}

/// The place behind `=?utf-8?q?`.
fn encoded_word(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?.strip_prefix(b"=?")?;
    let name = rest.iter().take(32).position(|byte| *byte == b'?')?;
    (rest.get(name + 2) == Some(&b'?')).then_some(at + 2 + name + 3)
}

/// Pushes every place at which the text goes on after `character`, in whatever encoding it stands at `at`.
pub(super) fn decode(text: &[u8], at: usize, character: char, ends: &mut Vec<usize>) {
    let Some(first) = text.get(at) else { return };
    if *first == b'\\' {
        backslash(text, at, character, ends);
    }
    if *first == b'&' {
        html(text, at, character, ends);
    }
    let mut buffer = [0; 4];
    let bytes = character.encode_utf8(&mut buffer).as_bytes();
    if let [byte] = bytes {
        return one_byte(text, at, *byte, ends);
    }
    // Only a percent sign has more than one reading, and it is a single byte.
    let mut step = Vec::new();
    let end = bytes.iter().try_fold(at, |place, byte| {
        step.clear();
        one_byte(text, place, *byte, &mut step);
        step.first().copied()
    });
    ends.extend(end);
}

/// The ends of one byte: itself, `%XX`, `%25XX` and deeper, `=XX`, `\xXX`, or `+` for a space.
fn one_byte(text: &[u8], at: usize, byte: u8, ends: &mut Vec<usize>) {
    let Some(first) = text.get(at).copied() else { return };
    if first == byte || (byte == b' ' && first == b'+') {
        ends.push(at + 1);
    }
    let mut encoded = |digits: usize| {
        if hex(text, digits, 2) == Some(u32::from(byte)) {
            ends.push(digits + 2);
        }
    };
    match first {
        b'%' => {
            for depth in 0..DEPTH {
                encoded(at + 1 + 2 * depth);
                if text.get(at + 1 + 2 * depth..at + 3 + 2 * depth) != Some(b"25") {
                    break;
                }
            }
        }
        b'=' => encoded(at + 1),
        b'\\' => {
            let slashes = slashes(text, at);
            if text.get(at + slashes) == Some(&b'x') {
                encoded(at + slashes + 1);
            }
        }
        _ => {}
    }
}

fn backslash(text: &[u8], at: usize, character: char, ends: &mut Vec<usize>) {
    // A text inside a text doubles its backslashes.
    let slashes = slashes(text, at);
    let behind = at + slashes;
    let short = match character {
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '\0' => b'0',
        '/' | '"' | '\'' => character as u8,
        _ => 0,
    };
    match text.get(behind) {
        Some(b'u' | b'U') => ends.extend(unicode(text, behind + 1, character)),
        Some(byte) if *byte == short && short != 0 => ends.push(behind + 1),
        _ => {}
    }
    if character == '\\' {
        ends.extend((1..=slashes).map(|count| at + count));
    }
}

/// The end of `00e9`, `d83dude00` or `{e9}` behind a `u`.
fn unicode(text: &[u8], at: usize, character: char) -> Option<usize> {
    if text.get(at) == Some(&b'{') {
        let length = text[at + 1..].iter().take(8).position(|byte| *byte == b'}')?;
        return (hex(text, at + 1, length) == Some(u32::from(character))).then_some(at + length + 2);
    }
    let mut units = [0; 2];
    let mut here = Some(at);
    for (index, unit) in character.encode_utf16(&mut units).iter().enumerate() {
        here = here.and_then(|place| {
            let place = if index > 0 { place + 2 } else { place };
            (hex(text, place, 4) == Some(u32::from(*unit))).then_some(place + 4)
        });
    }
    here
}

/// Names that HTML has for what secrets are made of.
const ENTITIES: [(&str, char); 29] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("sol", '/'),
    ("bsol", '\\'),
    ("plus", '+'),
    ("equals", '='),
    ("lowbar", '_'),
    ("period", '.'),
    ("comma", ','),
    ("colon", ':'),
    ("semi", ';'),
    ("hyphen", '-'),
    ("num", '#'),
    ("percnt", '%'),
    ("commat", '@'),
    ("excl", '!'),
    ("quest", '?'),
    ("ast", '*'),
    ("lpar", '('),
    ("rpar", ')'),
    ("lsqb", '['),
    ("rsqb", ']'),
    ("dollar", '$'),
    ("grave", '`'),
    ("vert", '|'),
    ("Hat", '^'),
];

fn html(text: &[u8], at: usize, character: char, ends: &mut Vec<usize>) {
    // A text that was escaped twice has `&amp;lt;`.
    let mut start = at + 1;
    loop {
        if let Some((meant, end)) = entity(text, start)
            && meant == character
        {
            ends.push(end);
        }
        if text.get(start..start + 4) != Some(b"amp;") {
            return;
        }
        start += 4;
    }
}

/// The character of an entity whose name or number starts at `at`, and the place behind its semicolon.
pub(super) fn entity(text: &[u8], at: usize) -> Option<(char, usize)> {
    let length = text.get(at..)?.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&text[at..at + length]).ok()?;
    let meant = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => number.parse().ok(),
            };
            char::from_u32(code?)?
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((meant, at + length + 1))
}

/// A number of so many hexadecimal digits.
pub(super) fn hex(text: &[u8], at: usize, length: usize) -> Option<u32> {
    let digits = text.get(at..at + length).filter(|digits| !digits.is_empty())?;
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}
