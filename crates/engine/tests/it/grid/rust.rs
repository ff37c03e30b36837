//! Tests that stand beside their code.

use callboard_model::check::results::compare::Standing;
use callboard_testkit::HermeticHome;

use super::{Scene, assert_standings};

/// Cargo and its compilers by their own paths: a home of its own has none.
fn cargo_test() -> String {
    let cargo = std::path::PathBuf::from(std::env::var("CARGO").unwrap());
    let beside = |name: &str| cargo.with_file_name(name).display().to_string();
    format!(
        "RUSTC={} RUSTDOC={} {} test --offline --lib",
        beside("rustc"),
        beside("rustdoc"),
        cargo.display()
    )
}

const CODE: &str = "\
pub fn add(a: u8, b: u8) -> u8 {
    a + b
}

pub fn rate() -> u8 {
    3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(1, 2), 3);
    }

    #[test]
    fn rates() {
        assert_eq!(rate(), 3);
    }
}
";

#[test]
fn tests_within_a_file_of_rust_stand_on_their_side() {
    let home = HermeticHome::new();
    let manifest = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let check = cargo_test();
    let scene = Scene::new(&home, &[&check], &[("Cargo.toml", manifest), ("src/lib.rs", CODE)]);
    let work = CODE
        .replacen("    3\n", "    4\n", 1)
        .replace("rate(), 3", "rate(), 4")
        .replace("a + b", "a.saturating_add(b)")
        .replace(
            "    #[test]\n    fn rates",
            "    #[test]\n    fn saturates() {\n        assert_eq!(add(255, 1), 255);\n    }\n\n    \
             #[test]\n    fn vain() {\n        assert_eq!(add(1, 1), 2);\n    }\n\n    #[test]\n    fn rates",
        );
    scene.repo.commit("Work", &[("src/lib.rs", &work)]);
    let (outcome, _) = scene.run(false);
    assert_standings(
        &outcome.checked[0],
        &[("rates", Standing::Bent), ("saturates", Standing::Proves), ("vain", Standing::Vacuous)],
    );
    scene.assert_nothing_left();
}
