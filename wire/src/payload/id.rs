//! The ids of payload problems, each written once.
//! Refuses to know how heavy they weigh.

/// Every id that a problem of this crate can carry.
pub const IDS: &[&str] = &[
    NOT_JSON,
    DUPLICATE_KEY,
    TOO_DEEP,
    TOO_LARGE,
    REQUIRED_MISSING,
    TYPE_WRONG,
    VALUE_NOT_ALLOWED,
    FORMAT_WRONG,
    PATTERN_MISMATCH,
    TOO_SHORT,
    TOO_LONG,
    TOO_FEW,
    TOO_MANY,
    UNKNOWN_NAME,
    CONTAINS_MISSING,
    NO_FORM_FITS,
    DUPLICATE_ITEM,
    OUT_OF_RANGE,
    NOT_MULTIPLE,
];

pub(super) const NOT_JSON: &str = "payload/not-json";
pub(super) const DUPLICATE_KEY: &str = "payload/duplicate-key";
pub(super) const TOO_DEEP: &str = "payload/too-deep";
pub(super) const TOO_LARGE: &str = "payload/too-large";
pub(super) const REQUIRED_MISSING: &str = "payload/required-missing";
pub(super) const TYPE_WRONG: &str = "payload/type-wrong";
pub(super) const VALUE_NOT_ALLOWED: &str = "payload/value-not-allowed";
pub(super) const FORMAT_WRONG: &str = "payload/format-wrong";
pub(super) const PATTERN_MISMATCH: &str = "payload/pattern-mismatch";
pub(super) const TOO_SHORT: &str = "payload/too-short";
pub(super) const TOO_LONG: &str = "payload/too-long";
pub(super) const TOO_FEW: &str = "payload/too-few";
pub(super) const TOO_MANY: &str = "payload/too-many";
pub(super) const UNKNOWN_NAME: &str = "payload/unknown-name";
pub(super) const CONTAINS_MISSING: &str = "payload/contains-missing";
pub(super) const NO_FORM_FITS: &str = "payload/no-form-fits";
pub(super) const DUPLICATE_ITEM: &str = "payload/duplicate-item";
pub(super) const OUT_OF_RANGE: &str = "payload/out-of-range";
pub(super) const NOT_MULTIPLE: &str = "payload/not-multiple";
