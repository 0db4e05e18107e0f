//! Names and places for the population: many alphabets, accents, an apostrophe, a hyphen, one emoji.

use super::random::Random;

const FIRST: [&str; 40] = [
    "Noor",
    "Emeka",
    "Zoë",
    "Søren",
    "Łukasz",
    "Ana",
    "Björk",
    "Çağla",
    "Dmitri",
    "Élodie",
    "Farid",
    "Grete",
    "Hiroko",
    "Ivana",
    "José",
    "Katarzyna",
    "Liam",
    "Mei",
    "Niamh",
    "Olu",
    "Petra",
    "Quentin",
    "Rūta",
    "Siobhán",
    "Thabo",
    "Uğur",
    "Vera",
    "Wanjiru",
    "Xiomara",
    "Yusuf",
    "Zlatan",
    "Мария",
    "太郎",
    "يوسف",
    "Ελένη",
    "שרה",
    "Anh",
    "Bo",
    "Ingrid",
    "Jean-Luc",
];
const LAST: [&str; 40] = [
    "de Vries",
    "Ødegård",
    "Müller",
    "O'Neill",
    "Núñez",
    "Yılmaz",
    "Nowak",
    "García",
    "Þórsdóttir",
    "Kowalczyk",
    "Ivanov",
    "Dubois",
    "Haddad",
    "Schröder",
    "Tanaka",
    "Horvat",
    "Silva",
    "Wiśniewska",
    "Byrne",
    "Chen",
    "Ní Bhriain",
    "Adeyemi",
    "Nováková",
    "Lefèvre",
    "Kazlauskas",
    "Kelly",
    "Mokoena",
    "Öztürk",
    "Kuznetsova",
    "Kamau",
    "Reyes",
    "Demir",
    "Ibrahimović",
    "Петрова",
    "山田",
    "حداد",
    "Παπαδόπουλος",
    "כהן",
    "Nguyễn",
    "Smith-Jones",
];
const COMPANY: [&str; 20] = [
    "Acme Söder",
    "Vries Audio",
    "Ødegård & Sønner",
    "Café Zoë",
    "Kranich Medien",
    "Nordlicht",
    "Éclair Films",
    "Łódź Sound",
    "Blue Heron",
    "Umlaut & Co",
    "東京商店",
    "Ελλάς Τεχνική",
    "Ñandú Rental",
    "Ivory Coast Trading",
    "100% Studio",
    "Under_Score",
    "Brace {yourself}",
    "Quote \"Us\"",
    "Back\\slash",
    "Rocket 🚀",
];
const FORM: [&str; 6] = ["B.V.", "GmbH", "Ltd", "S.A.", "A/S", "Inc."];
const CITY: [&str; 16] = [
    "Amsterdam",
    "Köln",
    "Łódź",
    "Málaga",
    "Århus",
    "Montréal",
    "São Paulo",
    "İzmir",
    "Αθήνα",
    "東京",
    "Doha",
    "Galway",
    "Zürich",
    "Nairobi",
    "Springfield",
    "Hà Nội",
];
const COUNTRY: [(&str, &str); 12] = [
    ("Netherlands", "NL"),
    ("Germany", "DE"),
    ("Poland", "PL"),
    ("Spain", "ES"),
    ("Denmark", "DK"),
    ("Canada", "CA"),
    ("Brazil", "BR"),
    ("Türkiye", "TR"),
    ("Côte d'Ivoire", "CI"),
    ("Japan", "JP"),
    ("Qatar", "QA"),
    ("Norway", "NO"),
];
const STREET: [&str; 10] = [
    "Keizersgracht",
    "Hauptstraße",
    "Rue de l'Église",
    "Calle Mayor",
    "Østergade",
    "Main Street",
    "ul. Piotrkowska",
    "Bahnhofstr.",
    "Harbour Row",
    "Ermou",
];
const TEXT: [&str; 8] = ["blue", "naïve", "Straße", "plain", "row", "señal", "x-ray", "zebra"];

fn one<'a>(random: &mut Random, list: &[&'a str]) -> &'a str {
    random.pick(list).copied().unwrap_or_default()
}

pub(super) fn first_name(random: &mut Random) -> String {
    one(random, &FIRST).to_owned()
}

pub(super) fn last_name(random: &mut Random) -> String {
    one(random, &LAST).to_owned()
}

pub(super) fn company(random: &mut Random) -> String {
    format!("{} {}", one(random, &COMPANY), one(random, &FORM))
}

pub(super) fn city(random: &mut Random) -> String {
    one(random, &CITY).to_owned()
}

pub(super) fn country(random: &mut Random) -> String {
    random.pick(&COUNTRY).map(|(name, _)| *name).unwrap_or_default().to_owned()
}

pub(super) fn country_code(random: &mut Random) -> String {
    random.pick(&COUNTRY).map(|(_, code)| *code).unwrap_or_default().to_owned()
}

pub(super) fn street(random: &mut Random) -> String {
    format!("{} {}", one(random, &STREET), 1 + random.below(180))
}

pub(super) fn phone(random: &mut Random) -> String {
    format!("+{} 555 {:04}", 31 + random.below(40), random.below(10_000))
}

/// Words up to a length in characters.
pub(super) fn text(random: &mut Random, length: usize) -> String {
    let mut text = String::new();
    while text.chars().count() < length {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(one(random, &TEXT));
    }
    text.chars().take(length).collect::<String>().trim_end().to_owned()
}

/// An address of plain ASCII, unique by its number, so that it fits `format: email` and any filter.
pub(super) fn email_of(first: &str, last: &str, number: u64) -> String {
    let ascii = |name: &str| -> String {
        let kept: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        kept.to_ascii_lowercase()
    };
    let (first, last) = (ascii(first), ascii(last));
    let host = ["example.com", "example.org", "mail.example"][usize::try_from(number % 3).unwrap_or(0)];
    let first = if first.is_empty() { "kunde" } else { &first };
    let last = if last.is_empty() { "x" } else { &last };
    // Capitals in one of seven: whether letter case counts in a filter shows only there.
    // A plus in one of eleven: whether values are decoded properly shows only there.
    let tag = if number % 11 == 6 { "+mail" } else { "" };
    let address = format!("{first}.{last}.{number}{tag}@{host}");
    if number % 7 == 2 { address.replacen(&first[..1], &first[..1].to_ascii_uppercase(), 1) } else { address }
}
