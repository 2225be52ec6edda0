//! The command line. Its words live in the translation files, under `program.help.…`.

use std::{net::IpAddr, path::PathBuf};

use clap::{
    Args, CommandFactory as _, Parser, Subcommand, ValueEnum,
    builder::{Resettable, StyledStr},
};
use huan_core::i18n::{Language, text};
use jiff::Timestamp;

/// Huan.
#[derive(Debug, Parser)]
#[command(name = "huan", version, propagate_version = true)]
pub struct Cli {
    /// The configuration file.
    #[arg(long, global = true, env = "HUAN_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the hub.
    Serve(ServeOptions),
    /// Runs the hub with simulated platforms.
    Demo(crate::demo::DemoOptions),
    /// Runs the simulated platforms alone.
    Sim(SimOptions),
    /// Brings the database's schema up to date.
    Migrate {
        /// Only say what is to be applied.
        #[arg(long)]
        check: bool,
    },
    /// Looks for what is wrong.
    Doctor,
    /// Tokens of programs.
    Token {
        /// What to do with them.
        #[command(subcommand)]
        action: TokenAction,
    },
    /// People.
    User {
        /// What to do with them.
        #[command(subcommand)]
        action: UserAction,
    },
    /// Prints the description of the HTTP interface.
    Openapi,
    /// Prints what can be configured.
    Config {
        /// In which form.
        #[arg(value_enum, default_value = "example")]
        what: ConfigForm,
    },
}

/// What goes before the configuration for one run.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeOptions {
    /// Where to listen.
    #[arg(long)]
    pub listen: Option<std::net::SocketAddr>,
}

/// How to run the simulated platforms alone.
#[derive(Debug, Clone, Args)]
pub struct SimOptions {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// Feishu's port.
    #[arg(long, default_value_t = 9101)]
    pub feishu_port: u16,
    /// DingTalk's port.
    #[arg(long, default_value_t = 9102)]
    pub dingtalk_port: u16,
    /// Teambition's port.
    #[arg(long, default_value_t = 9103)]
    pub teambition_port: u16,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Makes one.
    Create {
        /// The mail address of the person it acts as.
        #[arg(long)]
        mail: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// When it ends.
        #[arg(long)]
        expires_at: Option<Timestamp>,
    },
    /// Lists them.
    List,
    /// Calls one back.
    Revoke {
        /// Its id.
        id: huan_core::id::TokenId,
    },
}

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum UserAction {
    /// Makes a person and prints an invitation.
    Create {
        /// The name.
        #[arg(long)]
        name: String,
        /// The mail address, with which they sign in.
        #[arg(long)]
        mail: String,
        /// The job role.
        #[arg(long, default_value = "")]
        job: String,
        /// The mobile number.
        #[arg(long)]
        mobile: Option<String>,
        /// Whether they administer the workspace.
        #[arg(long)]
        administrator: bool,
    },
    /// Prints a new invitation.
    Invite {
        /// The mail address.
        mail: String,
    },
    /// Lists them.
    List,
}

/// In which form the configuration is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigForm {
    /// A file to begin with.
    Example,
    /// Its JSON schema.
    Schema,
    /// What is in force, without secrets.
    Show,
}

/// The command line in `language`.
pub fn command(language: Language) -> clap::Command {
    localized(Cli::command(), "program.help", language)
}

fn localized(command: clap::Command, path: &str, language: Language) -> clap::Command {
    let say = |key: String| text(language, &key, &[]);
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let mut command = command.about(say(path.to_owned())).long_about(Resettable::<StyledStr>::Reset);
    command = command.mut_args(|argument| {
        let id = argument.get_id().as_str().to_owned();
        if matches!(id.as_str(), "help" | "version") {
            return argument;
        }
        let key = if id == "config" { "program.help.config_option".to_owned() } else { format!("{path}.{id}") };
        argument.help(say(key)).long_help(Resettable::<StyledStr>::Reset)
    });
    for name in names {
        let path = format!("{path}.{name}");
        command = command.mut_subcommand(&name, |sub| localized(sub, &path, language));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help_of(command: &clap::Command, name: &str, pages: &mut String) {
        let mut page = command.clone().bin_name(name).term_width(100);
        pages.push_str(&format!("$ {name} --help\n{}\n", page.render_help()));
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            help_of(sub, &format!("{name} {}", sub.get_name()), pages);
        }
    }

    fn help(language: Language) -> String {
        let mut pages = String::new();
        help_of(&command(language), "huan", &mut pages);
        pages
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        command(Language::Chinese).debug_assert();
    }

    #[test]
    fn the_help_matches_its_snapshot() {
        insta::assert_snapshot!("help_zh", help(Language::Chinese));
        insta::assert_snapshot!("help_en", help(Language::English));
    }

    #[test]
    fn every_part_of_the_help_has_words() {
        for language in Language::ALL {
            assert!(!help(language).contains("program.help"), "{}", help(language));
        }
    }
}
