//! Figures: a value, and the floor or peer beside it.

use serde_json::{Value, json};

/// One measured value.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    beside: Beside,
}

/// What a value is compared with.
#[derive(Debug, Clone)]
enum Beside {
    Nothing,
    /// The least that the work could cost, or another program's cost, in the same run and unit.
    Measured(&'static str, f64),
    /// A peer that is not installed.
    Missing(&'static str),
}

impl Figure {
    /// A value alone.
    pub(super) fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, value, unit, beside: Beside::Nothing }
    }

    /// Beside it, the floor or peer `name`, in the same unit.
    pub(super) fn beside(mut self, name: &'static str, value: Option<f64>) -> Self {
        self.beside = value.map_or(Beside::Missing(name), |value| Beside::Measured(name, value));
        self
    }

    fn row(&self) -> [String; 5] {
        let (peer, peer_value, ratio) = match self.beside {
            Beside::Nothing => (String::new(), String::new(), String::new()),
            Beside::Missing(name) => (name.to_owned(), "not installed".to_owned(), String::new()),
            Beside::Measured(name, value) => {
                let ratio = if value > 0.0 { number(self.value / value) } else { String::new() };
                (name.to_owned(), number(value), ratio)
            }
        };
        [
            self.name.to_owned(),
            format!("{} {}", number(self.value), self.unit),
            peer,
            peer_value,
            ratio,
        ]
    }

    fn json(&self) -> Value {
        let mut object = json!({"name": self.name, "value": self.value, "unit": self.unit});
        match self.beside {
            Beside::Nothing => {}
            Beside::Missing(name) => object["beside"] = json!({"name": name, "missing": true}),
            Beside::Measured(name, value) => {
                object["beside"] = json!({"name": name, "value": value});
                object["ratio"] = json!(self.value / value);
            }
        }
        object
    }
}

fn number(value: f64) -> String {
    let digits = match value.abs() {
        0.0..0.1 => 4,
        0.1..10.0 => 2,
        10.0..1000.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

/// The value at `share` of `values`, from 0 to 1.
pub(super) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// Prints the figures, as a table or as JSON.
pub(super) fn tell(figures: &[Figure], as_json: bool) {
    if as_json {
        let all: Vec<Value> = figures.iter().map(Figure::json).collect();
        println!("{}", Value::from(all));
        return;
    }
    print!("{}", table(figures));
}

fn table(figures: &[Figure]) -> String {
    let head = ["figure", "value", "beside", "its value", "ratio"].map(str::to_owned);
    let rows: Vec<[String; 5]> =
        std::iter::once(head).chain(figures.iter().map(Figure::row)).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_shows_the_ratio() {
        let figures = [
            Figure::new("ingest, wall", 6.0, "s").beside("parse once", Some(1.5)),
            Figure::new("search, p99", 0.012, "ms").beside("rg", None),
        ];
        let expected = "figure        value      beside      its value      ratio\n\
                        ingest, wall  6.00 s     parse once  1.50           4.00\n\
                        search, p99   0.0120 ms  rg          not installed\n";
        assert_eq!(table(&figures), expected);
    }

    #[test]
    fn quantiles_are_of_sorted_values() {
        let mut values = [3.0, 1.0, 2.0];
        assert_eq!(quantile(&mut values, 0.5), 2.0);
        assert_eq!(quantile(&mut values, 0.99), 3.0);
    }
}
