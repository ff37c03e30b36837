//! Which fields of a record this version knows: the others are kept and counted.

use crate::fields::Fields;
use crate::limits;

/// Field names, sorted.
pub(crate) type Names = &'static [&'static str];

/// What is counted of one record.
#[derive(Debug, Default)]
pub(crate) struct Unknown(Vec<String>);

impl Unknown {
    /// Counts one thing, such as `user.content.type=foo`.
    pub(crate) fn note(&mut self, what: String) {
        if self.0.len() < limits::UNKNOWN_PER_RECORD && !self.0.contains(&what) {
            self.0.push(what);
        }
    }

    /// Counts fields in none of the lists, as `user.newField`.
    pub(crate) fn fields(&mut self, record_type: &str, fields: &Fields<'_>, lists: &[Names]) {
        for (name, _) in fields.iter() {
            if !lists.iter().any(|names| names.binary_search(&&*name).is_ok()) {
                self.note(format!("{record_type}.{name}"));
            }
        }
    }

    /// Counts fields of another JSON type than the one they are read as, as `user.uuid=number`.
    pub(crate) fn types(&mut self, record_type: &str, fields: &Fields<'_>, types: &[(&str, &str)]) {
        for (name, expected) in types {
            if let Some(value) = fields.get(name).filter(|value| value.type_name() != *expected) {
                self.note(format!("{record_type}.{name}={}", value.type_name()));
            }
        }
    }

    /// Counts a text that should name a moment and names none, as `user.timestamp=(no time)`.
    pub(crate) fn time(&mut self, record_type: &str, fields: &Fields<'_>, name: &str) {
        if fields.get(name).is_some_and(|value| value.type_name() == "string") {
            self.note(format!("{record_type}.{name}=(no time)"));
        }
    }

    pub(crate) fn into_list(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
pub(crate) fn assert_sorted(lists: &[Names]) {
    for names in lists {
        assert!(names.is_sorted(), "{names:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Document;

    #[test]
    fn unknown_fields_and_types_are_counted_within_bounds() {
        let many: String = (0..100).map(|n| format!(",\"x{n}\":1")).collect();
        let text = format!("{{\"a\":1,\"b\":null,\"c\":\"s\"{many}}}");
        let document = Document::of(&text).unwrap();
        let fields = document.fields().unwrap();
        let mut unknown = Unknown::default();
        unknown.types("t", &fields, &[("a", "string"), ("b", "string"), ("c", "string")]);
        unknown.fields("t", &fields, &[&["a", "b", "c"]]);
        let list = unknown.into_list();
        assert_eq!(list[..2], ["t.a=number", "t.x0"]);
        assert_eq!(list.len(), limits::UNKNOWN_PER_RECORD);
    }
}
