//! The configuration: `huan.toml`, and `HUAN_*` variables over it. Everything has a default.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    cli::{ConfigForm, ServeOptions},
    output,
};

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "huan.toml";
/// What is printed as a file to begin with.
const EXAMPLE: &str = include_str!("example.toml");
/// Variables that belong to the tests and not to the program.
const NOT_OURS: [&str; 2] = ["HUAN_TEST_", "HUAN_SDK_"];

/// `huan.toml`. Every key can be left out; every key can be given as a variable instead, which goes before the file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    /// Directory for the database and the secret key. Variable `HUAN_DATA`; default `data`.
    pub data: Option<PathBuf>,
    /// Path of a SQLite file, or `postgres://user:password@host/name`. Variable `HUAN_DATABASE`; default `huan.db` in
    /// the data directory.
    pub database: Option<Hidden>,
    /// A file that holds `database`. Variable `HUAN_DATABASE_FILE`.
    pub database_file: Option<PathBuf>,
    /// Address and port to listen on. Variable `HUAN_LISTEN`; default `127.0.0.1:8080`.
    pub listen: Option<SocketAddr>,
    /// Where people reach the page: links in messages begin with it, and platforms push events to it. Variable
    /// `HUAN_PUBLIC_URL`; default `http://` and the listening address.
    #[schemars(with = "Option<String>")]
    pub public_url: Option<Url>,
    /// 64 hexadecimal digits that protect stored credentials and signed links. Variable `HUAN_SECRET_KEY`; by default
    /// a file in the data directory, made at the first start.
    pub secret_key: Option<Hidden>,
    /// A file that holds `secret_key`. Variable `HUAN_SECRET_KEY_FILE`.
    pub secret_key_file: Option<PathBuf>,
    /// Further origins that may show the page in a frame, such as `https://*.dingtalk.com`. Variable
    /// `HUAN_FRAME_ANCESTORS`, separated by commas.
    pub frame_ancestors: Option<Vec<String>>,
    /// What is logged and how.
    pub log: LogFile,
}

/// What is logged and how.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogFile {
    /// `text` for people, `json` for programs. Variable `HUAN_LOG_FORMAT`; default `text`.
    pub format: Option<LogFormat>,
    /// `error`, `warn`, `info`, `debug` or `trace`, also by part: `info,huan_app=debug`. Variable `HUAN_LOG_LEVEL`;
    /// default `info`.
    pub level: Option<String>,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// A text that may hold a password. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// What is in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Directory for the database and the secret key.
    pub data: PathBuf,
    /// The database's address.
    pub database: Hidden,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach the page, when it is said.
    pub public_url: Option<Url>,
    /// The secret key, when it is given.
    pub secret_key: Option<Hidden>,
    /// Further origins that may show the page in a frame.
    pub frame_ancestors: Vec<String>,
    /// The form of the log.
    pub log_format: LogFormat,
    /// What is logged.
    pub log_level: String,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file has a mistake. The parser shows the line; lines that can hold a secret are not repeated.
    #[error("{path}: {problem}\n`huan config` prints an example, `huan config schema` every key.")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A variable has a mistake. Its value is not repeated.
    #[error("variable {name}: {problem}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// The same thing is given twice.
    #[error("give either {0} or {0}_file, not both")]
    Twice(&'static str),
}

impl Config {
    /// Reads the configuration of this process: the named file, else `huan.toml` where it was started if that is there.
    ///
    /// # Errors
    /// When a file cannot be read, or a key or variable is unknown or cannot be used.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::read(path, variables)
    }

    /// Reads the configuration from a file and variables.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn read(
        path: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let chosen = match path {
            Some(path) => Some(path.to_owned()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()),
        };
        let mut file = match &chosen {
            Some(path) => parse(path, &read(path)?)?,
            None => File::default(),
        };
        for (name, value) in variables {
            file.set(&name, &value)?;
        }
        file.resolve(chosen)
    }

    /// The configuration with what the command line says over it.
    #[must_use]
    pub fn with(mut self, options: ServeOptions) -> Self {
        self.listen = options.listen.unwrap_or(self.listen);
        self
    }

    /// Where people reach the page, listening at `address`.
    pub fn public_url_at(&self, address: SocketAddr) -> Result<Url, url::ParseError> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None if address.ip().is_unspecified() => Url::parse(&format!("http://127.0.0.1:{}", address.port())),
            None => Url::parse(&format!("http://{address}")),
        }
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })
}

fn parse(path: &Path, text: &str) -> Result<File, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        ConfigError::File { path: path.to_owned(), problem: format!("{place}{}", error.message()) }
    })
}

impl File {
    /// Puts a variable over what the file says. Variables of other programs are left alone.
    fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let Some(key) = name.strip_prefix("HUAN_") else { return Ok(()) };
        if NOT_OURS.iter().any(|prefix| name.starts_with(prefix)) {
            return Ok(());
        }
        let wrong = |problem: String| ConfigError::Variable { name: name.to_owned(), problem };
        match key {
            // Read by the command line.
            "CONFIG" | "LANGUAGE" => {}
            "DATA" => self.data = Some(value.into()),
            "DATABASE" => (self.database, self.database_file) = (Some(value.into()), None),
            "DATABASE_FILE" => (self.database, self.database_file) = (None, Some(value.into())),
            "LISTEN" => {
                let problem = "is no address and port such as 127.0.0.1:8080";
                self.listen = Some(value.parse().map_err(|_| wrong(problem.to_owned()))?);
            }
            "PUBLIC_URL" => {
                self.public_url = Some(value.parse().map_err(|_| wrong("is no address such as https://…".to_owned()))?);
            }
            "SECRET_KEY" => (self.secret_key, self.secret_key_file) = (Some(value.into()), None),
            "SECRET_KEY_FILE" => (self.secret_key, self.secret_key_file) = (None, Some(value.into())),
            "FRAME_ANCESTORS" => {
                let origins = value.split(',').map(str::trim).filter(|origin| !origin.is_empty());
                self.frame_ancestors = Some(origins.map(str::to_owned).collect());
            }
            "LOG_FORMAT" => {
                self.log.format = Some(match value {
                    "text" => LogFormat::Text,
                    "json" => LogFormat::Json,
                    _ => return Err(wrong("is neither text nor json".to_owned())),
                });
            }
            "LOG_LEVEL" => self.log.level = Some(value.to_owned()),
            _ => return Err(wrong("is unknown. `huan config` prints every variable".to_owned())),
        }
        Ok(())
    }

    fn resolve(self, file: Option<PathBuf>) -> Result<Config, ConfigError> {
        let data = self.data.unwrap_or_else(|| PathBuf::from("data"));
        let database = secret("database", self.database, self.database_file)?
            .unwrap_or_else(|| Hidden(data.join("huan.db").display().to_string()));
        Ok(Config {
            file,
            database,
            listen: self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            public_url: self.public_url,
            secret_key: secret("secret_key", self.secret_key, self.secret_key_file)?,
            frame_ancestors: self.frame_ancestors.unwrap_or_default(),
            log_format: self.log.format.unwrap_or_default(),
            log_level: self.log.level.unwrap_or_else(|| "info".to_owned()),
            data,
        })
    }
}

/// A secret given in place or in a file of its own.
fn secret(key: &'static str, given: Option<Hidden>, file: Option<PathBuf>) -> Result<Option<Hidden>, ConfigError> {
    match (given, file) {
        (Some(_), Some(_)) => Err(ConfigError::Twice(key)),
        (Some(given), None) => Ok(Some(given)),
        (None, Some(path)) => Ok(Some(Hidden(read(&path)?.trim().to_owned()))),
        (None, None) => Ok(None),
    }
}

/// The JSON schema of `huan.toml`.
pub(crate) fn schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}

/// Prints what can be configured.
pub(crate) fn print(what: ConfigForm, config: &dyn Fn() -> Result<Config, ConfigError>) -> anyhow::Result<()> {
    match what {
        ConfigForm::Example => output::line(EXAMPLE.trim_end())?,
        ConfigForm::Schema => output::line(&serde_json::to_string_pretty(&schema())?)?,
        ConfigForm::Show => output::line(&format!("{:#?}", config()?))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let mut file = parse(Path::new("huan.toml"), text)?;
        for (name, value) in variables {
            file.set(name, value)?;
        }
        file.resolve(None)
    }

    #[test]
    fn without_anything_there_is_a_default() {
        let config = with("", &[]).unwrap();
        assert_eq!(config.database.reveal(), "data/huan.db");
        assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(config.public_url_at(config.listen).unwrap().as_str(), "http://127.0.0.1:8080/");
    }

    #[test]
    fn a_variable_goes_before_the_file() {
        let text = "data = '/srv/huan'\n[log]\nformat = 'json'";
        let config = with(text, &[("HUAN_LISTEN", "0.0.0.0:9"), ("HUAN_LOG_FORMAT", "text"), ("HOME", "/")]).unwrap();
        assert_eq!((config.listen.port(), config.log_format), (9, LogFormat::Text));
        assert_eq!(config.database.reveal(), "/srv/huan/huan.db");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_known_ones() {
        let words = with("data = 'x'\ndatabse = 'y'", &[]).unwrap_err().to_string();
        assert!(words.contains("line 2") && words.contains("databse") && words.contains("database_file"), "{words}");
        let words = with("", &[("HUAN_DATABSE", "secret-value")]).unwrap_err().to_string();
        assert!(words.contains("HUAN_DATABSE") && !words.contains("secret-value"), "{words}");
        assert!(with("", &[("HUAN_TEST_POSTGRES", "x")]).is_ok());
    }

    #[test]
    fn a_mistake_does_not_repeat_a_secret() {
        for text in ["secret_key = [\"hush-hush\"]", "database = 'postgres://huan:hush-hush@db/huan"] {
            let words = with(text, &[]).unwrap_err().to_string();
            assert!(!words.contains("hush"), "{words}");
        }
        let words = with("", &[("HUAN_LISTEN", "hush-hush")]).unwrap_err().to_string();
        assert!(!words.contains("hush"), "{words}");
    }

    #[test]
    fn a_secret_comes_from_a_file_too_but_not_from_both() {
        let path = std::env::temp_dir().join(format!("huan-config-{}", std::process::id()));
        std::fs::write(&path, "postgres://huan:hush@db/huan\n").unwrap();
        let config = with(&format!("database_file = {path:?}"), &[]).unwrap();
        assert_eq!(config.database.reveal(), "postgres://huan:hush@db/huan");
        assert!(!format!("{config:?}").contains("hush"));
        let twice = with(&format!("database = 'a'\ndatabase_file = {path:?}"), &[]);
        assert!(matches!(twice, Err(ConfigError::Twice("database"))));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_schema_matches_its_snapshot() {
        insta::assert_json_snapshot!(schema());
    }

    #[test]
    fn the_example_is_the_default() {
        let example = with(EXAMPLE, &[]).unwrap();
        assert_eq!(format!("{example:?}"), format!("{:?}", with("", &[]).unwrap()));
        let uncommented: String =
            EXAMPLE.lines().map(|line| line.strip_prefix("#: ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
        let full: toml::Table = uncommented.parse().unwrap();
        let keys = schema()["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        for key in keys {
            assert!(full.contains_key(&key) || key.ends_with("_file"), "the example shows {key}");
        }
    }
}
