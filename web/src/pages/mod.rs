//! The pages, one file each: the view struct that the server fills, and the `page` function that makes HTML of it.
//!
//! Forms are plain HTML. What they send, and where to, is said in the documentation of each page's module.

pub mod about;
pub mod actor;
pub mod blame;
pub mod catalog;
pub mod changes;
pub mod collections;
pub mod compare;
pub mod copies;
pub mod copy;
pub mod copy_propose;
pub mod copy_report;
pub mod copy_upgrade;
pub mod coverage;
pub mod customers;
pub mod defect;
pub mod diff;
pub mod drafts;
pub mod error;
pub mod file;
pub mod following;
pub mod history;
pub mod instance;
pub mod lint;
pub mod login;
pub mod many;
pub mod matrix;
pub mod new;
pub mod problems;
pub mod procedure;
pub mod proposals;
pub mod reference;
pub mod release;
pub mod repositories;
pub mod returning;
pub mod roster;
pub mod searches;
pub mod technique;
pub mod tenants;
pub mod upgrade;
pub mod verify;
