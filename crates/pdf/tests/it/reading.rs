//! A document as a screen reader goes through it: the tree of its tags with their text, and what each page shows.

use std::collections::BTreeMap;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Encoding, Object, ObjectId};

pub struct Reading {
    pub file: Document,
    /// What each page shows, headers and footers with it.
    pub pages: Vec<String>,
    pub root: Element,
}

/// A tag.
#[derive(Debug, Default)]
pub struct Element {
    /// `H1`, `Table`, `TH`…
    pub role: String,
    pub alternative: Option<String>,
    /// Of a header cell: `Column` or `Row`.
    pub scope: Option<String>,
    /// With that of the elements inside.
    pub text: String,
    pub inside: Vec<Element>,
}

/// Text by page and mark.
type Marked = BTreeMap<(ObjectId, i64), String>;

impl Reading {
    pub fn of(bytes: &[u8]) -> Self {
        Self::parse(bytes).expect("a tagged PDF file")
    }

    fn parse(bytes: &[u8]) -> lopdf::Result<Self> {
        let file = Document::load_mem(bytes)?;
        let mut marked = Marked::new();
        let pages =
            file.page_iter().map(|page| page_text(&file, page, &mut marked)).collect::<Result<_, _>>()?;
        let mut root = Element::default();
        gather(
            &file,
            file.catalog()?.get_deref(b"StructTreeRoot", &file)?.as_dict()?,
            None,
            &marked,
            &mut root,
        )?;
        Ok(Self { file, pages, root })
    }

    pub fn all(&self, role: &str) -> Vec<&Element> {
        self.root.all(role)
    }

    pub fn texts(&self, role: &str) -> Vec<&str> {
        self.all(role).into_iter().map(|element| element.text.as_str()).collect()
    }

    /// The description of the file, in XML.
    pub fn description(&self) -> lopdf::Result<String> {
        let metadata = self.file.catalog()?.get_deref(b"Metadata", &self.file)?.as_stream()?;
        Ok(String::from_utf8_lossy(&metadata.get_plain_content()?).into_owned())
    }
}

impl Element {
    pub fn all(&self, role: &str) -> Vec<&Element> {
        let mut found = Vec::new();
        for element in &self.inside {
            if element.role == role {
                found.push(element);
            }
            found.extend(element.all(role));
        }
        found
    }
}

fn page_text(file: &Document, page: ObjectId, marked: &mut Marked) -> lopdf::Result<String> {
    let fonts = file.get_page_fonts(page)?.into_iter();
    let encodings: BTreeMap<Vec<u8>, Encoding<'_>> =
        fonts.map(|(name, font)| Ok((name, font.get_font_encoding(file)?))).collect::<lopdf::Result<_>>()?;
    let content = Content::decode(&file.get_page_content(page))?;
    let mut marks: Vec<Option<i64>> = Vec::new();
    let mut encoding = None;
    let mut shown = String::new();
    for Operation { operator, operands } in &content.operations {
        match operator.as_str() {
            "BDC" => marks.push(operands[1].as_dict().and_then(|marks| marks.get(b"MCID")?.as_i64()).ok()),
            "BMC" => marks.push(None),
            "EMC" => drop(marks.pop()),
            "Tf" => encoding = encodings.get(operands[0].as_name()?),
            "Tj" | "TJ" => {
                let mut text = String::new();
                write(&mut text, encoding.expect("a font before text"), operands)?;
                shown.push_str(&text);
                if let Some(mark) = marks.iter().rev().find_map(|mark| *mark) {
                    marked.entry((page, mark)).or_default().push_str(&text);
                }
            }
            _ => {}
        }
    }
    Ok(shown)
}

fn write(text: &mut String, encoding: &Encoding<'_>, operands: &[Object]) -> lopdf::Result<()> {
    for operand in operands {
        match operand {
            Object::String(bytes, _) => text.push_str(&Document::decode_text(encoding, bytes)?),
            Object::Array(operands) => write(text, encoding, operands)?,
            _ => {}
        }
    }
    Ok(())
}

/// Adds to `element` what the dictionary holds. A mark without its page is on that of the element around it.
fn gather(
    file: &Document,
    dictionary: &Dictionary,
    page: Option<ObjectId>,
    marked: &Marked,
    element: &mut Element,
) -> lopdf::Result<()> {
    let page_of = |dictionary: &Dictionary| dictionary.get(b"Pg").and_then(Object::as_reference).ok();
    let page = page_of(dictionary).or(page);
    let heard = |page: Option<ObjectId>, mark: i64| {
        page.and_then(|page| marked.get(&(page, mark))).map_or("", String::as_str)
    };
    for child in list(file, dictionary, b"K")? {
        match child {
            Object::Integer(mark) => element.text.push_str(heard(page, *mark)),
            Object::Dictionary(child) if child.has(b"MCID") => {
                element.text.push_str(heard(page_of(child).or(page), child.get(b"MCID")?.as_i64()?));
            }
            Object::Dictionary(child) if child.has(b"S") => {
                let alternative = child.get_deref(b"Alt", file).and_then(lopdf::decode_text_string).ok();
                let scope = list(file, child, b"A")?.into_iter().find_map(|attributes| {
                    attributes.as_dict().and_then(|one| name(one.get(b"Scope")?)).ok()
                });
                let mut inner =
                    Element { role: name(child.get(b"S")?)?, alternative, scope, ..Element::default() };
                gather(file, child, page, marked, &mut inner)?;
                element.text.push_str(&inner.text);
                element.inside.push(inner);
            }
            _ => {}
        }
    }
    Ok(())
}

/// One value or many, or none.
fn list<'a>(file: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> lopdf::Result<Vec<&'a Object>> {
    match dictionary.get_deref(key, file) {
        Ok(Object::Array(values)) => values.iter().map(|value| Ok(file.dereference(value)?.1)).collect(),
        Ok(one) => Ok(vec![one]),
        Err(_) => Ok(Vec::new()),
    }
}

fn name(object: &Object) -> lopdf::Result<String> {
    Ok(String::from_utf8_lossy(object.as_name()?).into_owned())
}
