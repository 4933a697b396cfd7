//! `huntshelf admin …`: accounts, tokens, customers and tenants, straight in the database. Works before the first start
//! and beside a running server.

use super::{out, say};
use crate::auth::{Role, is_name, sign_in};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Flags};
use crate::db::Database;
use crate::db::accounts::Account;
use crate::db::customers::Customer;
use crate::db::tenants::{Tenant, TenantFilter};
use crate::entropy::{self, Secret, SystemEntropy};
use crate::routes::api::item::moment;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Tokens, for programs and for the first sign-in
    #[command(subcommand)]
    Token(TokenCommand),
    /// Customers
    #[command(subcommand)]
    Customer(CustomerCommand),
    /// Tenants
    #[command(subcommand)]
    Tenant(TenantCommand),
}

/// Which database.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account and print a one-time link to sign in with
    Create {
        #[command(flatten)]
        place: Place,
        /// Their name
        #[arg(long)]
        name: String,
        /// What they may do
        #[arg(long, value_enum)]
        role: Role,
    },
    /// List the accounts
    List {
        #[command(flatten)]
        place: Place,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Shut an account: its sessions, tokens and links stop working
    Disable {
        #[command(flatten)]
        place: Place,
        /// Their name
        #[arg(long)]
        name: String,
    },
    /// Print a one-time link to sign in with
    Link {
        #[command(flatten)]
        place: Place,
        /// Their name
        #[arg(long)]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it; the account is made with it when there is none of that name
    Create {
        #[command(flatten)]
        place: Place,
        /// Whose token
        #[arg(long)]
        name: String,
        /// What it may be used for
        #[arg(long, value_enum)]
        role: Role,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum CustomerCommand {
    /// Put a customer on record and print its id
    Create {
        #[command(flatten)]
        place: Place,
        /// Its name
        #[arg(long)]
        name: String,
    },
    /// List the customers
    List {
        #[command(flatten)]
        place: Place,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Put a tenant on record and print its id
    Create {
        #[command(flatten)]
        place: Place,
        /// The customer, by name or id
        #[arg(long)]
        customer: String,
        /// What holds its telemetry
        #[arg(long, default_value = "taegis", value_parser = catalog::procedure::SERVICES)]
        service: String,
        /// The key, as the service knows it
        #[arg(long)]
        key: String,
        /// The service's region
        #[arg(long, default_value = "")]
        region: String,
        /// What people call it [default: the key]
        #[arg(long)]
        name: Option<String>,
        /// Its time zone
        #[arg(long, default_value = "UTC")]
        time_zone: String,
    },
    /// List the tenants
    List {
        #[command(flatten)]
        place: Place,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

struct Office {
    config: Config,
    database: Database,
    clock: SystemClock,
    entropy: SystemEntropy,
}

impl Office {
    async fn open(place: &Place) -> anyhow::Result<Self> {
        let flags = Flags { file: place.config.clone(), data: place.data.clone(), ..Flags::default() };
        let config = Config::load(&flags)?;
        let data = &config.server.data;
        crate::app::make_folder(data)
            .with_context(|| format!("the data folder {} cannot be used", data.display()))?;
        let database = Database::open(config.database.url.as_deref(), data).await?;
        Ok(Self { config, database, clock: SystemClock, entropy: SystemEntropy })
    }

    async fn make_account(&self, name: &str, role: Role) -> anyhow::Result<Account> {
        if !is_name(name) {
            bail!("{name:?} cannot be a name: 1 to 64 characters, no blank at its ends");
        }
        let account = Account {
            id: entropy::id(&self.clock, &self.entropy),
            name: name.to_owned(),
            role,
            created_at: self.clock.now(),
            disabled_at: None,
        };
        self.database.create_account(&account).await?;
        Ok(account)
    }

    async fn account(&self, name: &str) -> anyhow::Result<Option<Account>> {
        let found = self.database.account_named(name).await?;
        if found.as_ref().is_some_and(|account| account.disabled_at.is_some()) {
            bail!("the account {name} is disabled");
        }
        Ok(found)
    }

    async fn print_link(&self, account: &Account) -> anyhow::Result<()> {
        let now = (self.clock.now(), &self.entropy as &dyn entropy::Entropy);
        let link = sign_in::link(&self.database, Some(account), &self.config.reached_at(), now).await?;
        say(&format!("This link signs {} in, once, within a day:", account.name));
        out(&link);
        Ok(())
    }
}

/// Runs one of them.
pub(super) fn run(command: AdminCommand) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        match command {
            AdminCommand::User(command) => user(command).await,
            AdminCommand::Token(command) => token(command).await,
            AdminCommand::Customer(command) => customer(command).await,
            AdminCommand::Tenant(command) => tenant(command).await,
        }
    })
}

async fn user(command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Create { place, name, role } => {
            let office = Office::open(&place).await?;
            let account = office.make_account(&name, role).await?;
            office.print_link(&account).await?;
            office.database.close().await;
        }
        UserCommand::List { place, json } => {
            let office = Office::open(&place).await?;
            let accounts = office.database.accounts().await?;
            let told: Vec<_> = accounts
                .iter()
                .map(|account| {
                    json!({
                        "id": account.id,
                        "name": account.name,
                        "role": account.role.as_str(),
                        "created_at": moment(account.created_at),
                        "disabled_at": account.disabled_at.map(moment),
                    })
                })
                .collect();
            if json {
                out(&serde_json::to_string_pretty(&told)?);
            } else {
                for account in accounts {
                    let shut = if account.disabled_at.is_some() { "\tdisabled" } else { "" };
                    out(&format!("{}\t{}{shut}", account.name, account.role));
                }
            }
        }
        UserCommand::Disable { place, name } => {
            let office = Office::open(&place).await?;
            if !office.database.disable_account(&name, office.clock.now()).await? {
                bail!("there is no account named {name} that could be disabled");
            }
            office.database.close().await;
        }
        UserCommand::Link { place, name } => {
            let office = Office::open(&place).await?;
            let account = office.account(&name).await?;
            let account = account.with_context(|| format!("there is no account named {name}"))?;
            office.print_link(&account).await?;
            office.database.close().await;
        }
    }
    Ok(())
}

async fn token(command: TokenCommand) -> anyhow::Result<()> {
    let TokenCommand::Create { place, name, role } = command;
    let office = Office::open(&place).await?;
    let account = match office.account(&name).await? {
        Some(account) if account.role < role => bail!(
            "{name} is a {}, and a token cannot do more than its owner; ask for that role, or for another name",
            account.role
        ),
        Some(account) => account,
        None => office.make_account(&name, role).await?,
    };
    let secret = Secret::new(sign_in::TOKEN_PREFIX, &office.entropy);
    let id = entropy::id(&office.clock, &office.entropy);
    office.database.create_token(&id, &secret, &account, role, office.clock.now()).await?;
    office.database.close().await;
    out(secret.reveal());
    Ok(())
}

/// Who sits at the machine sees everything; nothing of theirs is refused by a role.
pub(super) fn console() -> crate::auth::Principal {
    crate::auth::Principal { id: String::new(), name: "console".to_owned(), role: Role::Admin }
}

async fn customer(command: CustomerCommand) -> anyhow::Result<()> {
    let scope = console().tenants();
    match command {
        CustomerCommand::Create { place, name } => {
            let office = Office::open(&place).await?;
            let now = office.clock.now();
            let customer = Customer {
                id: entropy::short_id(&office.entropy),
                name,
                labels: std::collections::BTreeMap::new(),
                contacts: Vec::new(),
                created_at: now,
                updated_at: now,
            };
            crate::routes::api::customers::check(&customer)?;
            office.database.customers(&scope).create(&customer).await?;
            office.database.close().await;
            out(&customer.id);
        }
        CustomerCommand::List { place, json } => {
            let office = Office::open(&place).await?;
            let customers = office.database.customers(&scope).list().await?;
            if json {
                let told: Vec<_> =
                    customers.into_iter().map(crate::routes::api::customers::CustomerItem::from).collect();
                out(&serde_json::to_string_pretty(&told)?);
            } else {
                for customer in customers {
                    out(&format!("{}\t{}", customer.id, customer.name));
                }
            }
        }
    }
    Ok(())
}

async fn tenant(command: TenantCommand) -> anyhow::Result<()> {
    let scope = console().tenants();
    match command {
        TenantCommand::Create { place, customer, service, key, region, name, time_zone } => {
            let office = Office::open(&place).await?;
            let customers = office.database.customers(&scope).list().await?;
            let owner = customers
                .into_iter()
                .find(|one| one.id == customer || one.name == customer)
                .with_context(|| {
                    format!("there is no customer {customer}; `huntshelf admin customer create` makes one")
                })?;
            let now = office.clock.now();
            let tenant = Tenant {
                id: entropy::short_id(&office.entropy),
                customer_id: owner.id,
                customer: owner.name,
                service,
                region,
                name: name.unwrap_or_else(|| key.clone()),
                key,
                labels: std::collections::BTreeMap::new(),
                parameters: serde_json::Map::new(),
                time_zone,
                data_sources: Vec::new(),
                retired_at: None,
                created_at: now,
                updated_at: now,
            };
            crate::routes::api::tenants::check(&tenant)?;
            office.database.tenants(&scope).create(&tenant).await?;
            office.database.close().await;
            out(&tenant.id);
        }
        TenantCommand::List { place, json } => {
            let office = Office::open(&place).await?;
            let tenants = office.database.tenants(&scope).list(&TenantFilter::default()).await?;
            if json {
                let told: Vec<_> =
                    tenants.into_iter().map(crate::routes::api::tenants::TenantItem::from).collect();
                out(&serde_json::to_string_pretty(&told)?);
            } else {
                for tenant in tenants {
                    out(&format!(
                        "{}\t{}\t{}\t{}\t{}\t{}",
                        tenant.id, tenant.customer, tenant.name, tenant.service, tenant.region, tenant.key
                    ));
                }
            }
        }
    }
    Ok(())
}
