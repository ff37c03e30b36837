//! Addresses of PostgreSQL databases (libpq, 34.1.1.2 "Connection URIs").

/// What libpq knows of an address' parameters; programs add their own, which it refuses.
const KNOWN: &[&str] =
    &["host", "hostaddr", "port", "user", "sslmode", "sslrootcert", "sslcert", "sslkey", "options"];

/// An address in parts, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    scheme: String,
    user: String,
    password: Option<String>,
    host: String,
    /// The database's name.
    pub(super) database: String,
    query: String,
}

impl Address {
    /// The parts of `url`; `None` if it is none of PostgreSQL's, or names no database.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if !matches!(scheme, "postgres" | "postgresql") {
            return None;
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/')?;
        let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password.to_owned())),
            None => (login, None),
        };
        if database.is_empty() || database.contains('/') {
            return None;
        }
        Some(Self {
            scheme: scheme.to_owned(),
            user: user.to_owned(),
            password,
            host: host.to_owned(),
            database: database.to_owned(),
            query: query.to_owned(),
        })
    }

    /// The same address with another database.
    pub(super) fn with_database(&self, name: &str) -> String {
        let password = self.password.as_ref().map(|p| format!(":{p}")).unwrap_or_default();
        self.written(name, &password, &self.query)
    }

    /// The address of a database for libpq, without the password, which other users would see.
    pub(super) fn for_programs(&self, name: &str) -> String {
        let known = |part: &&str| part.split('=').next().is_some_and(|name| KNOWN.contains(&name));
        let query: Vec<&str> = self.query.split('&').filter(known).collect();
        self.written(name, "", &query.join("&"))
    }

    /// The password, as it is.
    pub(super) fn password(&self) -> Option<String> {
        self.password.as_deref().map(decoded)
    }

    fn written(&self, name: &str, password: &str, query: &str) -> String {
        let at = if self.user.is_empty() && password.is_empty() { "" } else { "@" };
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        format!("{}://{}{password}{at}{}/{name}{query}", self.scheme, self.user, self.host)
    }
}

/// A text without its `%20` and the like.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%')
            .then(|| tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let address =
            Address::parse("postgres://me:p%40ss@localhost:5433/app?schema=public&sslmode=disable")
                .unwrap();
        assert_eq!(address.database, "app");
        assert_eq!(address.password().as_deref(), Some("p@ss"));
        assert_eq!(
            address.with_database("other"),
            "postgres://me:p%40ss@localhost:5433/other?schema=public&sslmode=disable"
        );
        assert_eq!(
            address.for_programs("other"),
            "postgres://me@localhost:5433/other?sslmode=disable"
        );
        let local = Address::parse("postgresql:///app?host=/run/pg").unwrap();
        assert_eq!(local.for_programs("app"), "postgresql:///app?host=/run/pg");
        for wrong in ["mysql://a/b", "postgres://localhost", "postgres://localhost/", "app"] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }
}
