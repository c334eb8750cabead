/// A choice of a list, of radio buttons or of boxes.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: String,
    pub selected: bool,
}

impl Choice {
    /// A choice without hint, selected when it is the present value.
    pub fn new(value: &str, label: &str, present: &str) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
            hint: String::new(),
            selected: value == present,
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug)]
pub struct FieldError {
    pub field: &'static str,
    pub text: String,
}

/// What is wrong with a form, in the order of its fields.
#[derive(Clone, Debug, Default)]
pub struct FormErrors(pub Vec<FieldError>);

impl FormErrors {
    pub fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push(FieldError { field, text: text.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The message of a field, or nothing.
    pub fn of(&self, field: &str) -> String {
        self.0.iter().find(|error| error.field == field).map_or_else(String::new, |error| error.text.clone())
    }

    /// Whether this is the first wrong field, which takes the focus.
    pub fn first(&self, field: &str) -> bool {
        self.0.first().is_some_and(|error| error.field == field)
    }
}
