//! Reports of coverage that a check writes by itself, in the formats that most tools know.

mod cobertura;
mod go;
mod istanbul;
mod jacoco;
mod lcov;
mod noted;

use callboard_model::check::executed::Executed;

use self::noted::Noted;
use super::{Checkout, of_report};

/// Names of files that such reports usually have.
pub const REPORTS: &[&str] = &[
    "lcov.info",
    "coverage.lcov",
    "coverage.xml",
    "cobertura.xml",
    "cobertura-coverage.xml",
    "coverage-final.json",
    "coverage.json",
    "coverage.out",
    "cover.out",
    "c.out",
    "jacoco.xml",
    "jacocoTestReport.xml",
];

/// Endings of other such files.
const ENDINGS: &[&str] = &[".lcov", ".coverprofile"];

/// Whether a file of this name may be a report.
#[must_use]
pub fn is_report(name: &str) -> bool {
    REPORTS.contains(&name) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What a report in `folder`, a path from the root of the checkout, says. Its format is told by how it begins; of what is
/// broken or cut off, that which could be read.
#[must_use]
pub fn read_report(text: &str, folder: &str, checkout: &dyn Checkout) -> Executed {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let noted = match text.bytes().next() {
        Some(b'{') => istanbul::read(text),
        Some(b'<') if text.contains("<sourcefile") => jacoco::read(text),
        Some(b'<') => cobertura::read(text),
        Some(_) if text.starts_with("mode:") => go::read(text),
        Some(_) => lcov::read(text),
        None => Noted::default(),
    };
    noted.executed(|named| of_report(checkout, folder, named))
}

#[cfg(test)]
mod tests {
    use callboard_model::check::executed::ExecutedLines;

    use super::super::made::Made;
    use super::*;

    fn read(text: &str, folder: &str, files: &[&str]) -> Vec<(String, Vec<u32>, Vec<u32>)> {
        let files: Vec<(&str, &str)> = files.iter().map(|path| (*path, "")).collect();
        let each = |(path, lines): (String, ExecutedLines)| {
            (path, lines.executable.each().collect(), lines.executed.each().collect())
        };
        read_report(text, folder, &Made::of(&files)).files.into_iter().map(each).collect()
    }

    fn told(path: &str, executable: &[u32], executed: &[u32]) -> (String, Vec<u32>, Vec<u32>) {
        (path.to_owned(), executable.to_vec(), executed.to_vec())
    }

    #[test]
    fn lcov() {
        let text = "TN:\nSF:src/a.js\nFN:1,f\nDA:1,3\nDA:2,0\nDA:4,0,abc\nDA:x,1\nDA:9\nend_of_record\nDA:7,1\nSF:/w/b.js\nDA:1,18446744073709551616\nend_of_record\nSF:gone.js\nDA:1,1\n";
        assert_eq!(
            read(text, "coverage", &["src/a.js", "b.js"]),
            [told("b.js", &[1], &[1]), told("src/a.js", &[1, 2, 4], &[1])]
        );
    }

    #[test]
    fn a_profile_of_go() {
        let text = "mode: set\nexample.com/m/calc/calc.go:3.24,5.2 1 1\nexample.com/m/calc/calc.go:5.2,7.3 1 0\nexample.com/m/calc/calc.go:5.2,7.3 1 0\nbroken\nexample.com/m/calc/calc.go:x,y 1 1\n";
        assert_eq!(
            read(text, "", &["calc/calc.go"]),
            [told("calc/calc.go", &[3, 4, 5, 6, 7], &[3, 4, 5])]
        );
    }

    #[test]
    fn json_of_istanbul_and_of_coverage_py() {
        let istanbul = r#"{"/w/a.ts":{"path":"/w/a.ts","statementMap":{"0":{"start":{"line":1,"column":0},"end":{"line":1,"column":9}},
            "1":{"start":{"line":3,"column":0},"end":{"line":5,"column":1}},"2":{"start":{"line":1}}},"s":{"0":2,"1":0,"2":0},"fnMap":{}}}"#;
        assert_eq!(read(istanbul, "coverage", &["a.ts"]), [told("a.ts", &[1, 3], &[1])]);
        let python = r#"{"meta":{"version":"7"},"files":{"pkg/a.py":{"executed_lines":[1,2],"missing_lines":[4],"excluded_lines":[]}}}"#;
        assert_eq!(read(python, "", &["pkg/a.py"]), [told("pkg/a.py", &[1, 2, 4], &[1, 2])]);
        assert!(read("{\"a\":", "", &[]).is_empty());
    }

    #[test]
    fn xml_of_cobertura_and_of_jacoco() {
        let cobertura = r#"<?xml version="1.0" ?><!DOCTYPE coverage SYSTEM "x"><coverage><sources><source>/w/src</source></sources>
            <packages><package name="."><classes><class name="a &amp; b" filename="a&amp;b.py"><methods/><lines>
            <line number="1" hits="1"/><line number="2" hits="0" branch="true"/></lines></class></classes></package></packages></coverage>"#;
        assert_eq!(read(cobertura, "", &["src/a&b.py"]), [told("src/a&b.py", &[1, 2], &[1])]);
        let jacoco = r#"<report name="x"><package name="com/x"><class name="com/x/A"/><sourcefile name="A.java">
            <line nr="3" mi="0" ci="2" mb="0" cb="0"/><line nr="4" mi="5" ci="0"/><counter type="LINE"/></sourcefile></package></report>"#;
        let path = "app/src/main/java/com/x/A.java";
        assert_eq!(
            read(jacoco, "app/build/reports/jacoco/test", &[path]),
            [told(path, &[3, 4], &[3])]
        );
        let cut = &cobertura[..cobertura.find("<line number=\"2\"").unwrap() + 9];
        assert_eq!(read(cut, "", &["src/a&b.py"]), [told("src/a&b.py", &[1], &[1])]);
    }

    #[test]
    fn files_that_may_be_reports_are_known_by_their_names() {
        assert!(
            ["lcov.info", "coverage-final.json", "unit.coverprofile"]
                .iter()
                .all(|name| is_report(name))
        );
        assert!(!is_report("package.json") && !is_report("pom.xml"));
    }
}
