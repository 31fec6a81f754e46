//! Lists that are read and written by number.
//! Refuses to fail: what lies outside of a list is the default, and is not written.

pub(super) fn at<T: Copy + Default>(list: &[T], number: usize) -> T {
    list.get(number).copied().unwrap_or_default()
}

pub(super) fn put<T>(list: &mut [T], number: usize, value: T) {
    if let Some(slot) = list.get_mut(number) {
        *slot = value;
    }
}
