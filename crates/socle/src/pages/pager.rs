/// The links of a list in several pages.
pub struct Pager {
    pub current: u64,
    pub total: u64,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub pages: Vec<PagerEntry>,
}

/// A page of the list; without address, a gap.
pub struct PagerEntry {
    pub number: u64,
    pub href: String,
    pub current: bool,
}

impl Pager {
    /// `address` gives the address of a page; pages are numbered from 1.
    pub fn new(current: u64, total: u64, address: impl Fn(u64) -> String) -> Self {
        let mut shown: Vec<u64> =
            [1, 2, current.saturating_sub(1), current, current + 1, total.saturating_sub(1), total]
                .into_iter()
                .filter(|number| (1..=total).contains(number))
                .collect();
        shown.sort_unstable();
        shown.dedup();
        let mut pages = Vec::new();
        let mut last = 0;
        for number in shown {
            if number > last + 1 {
                pages.push(PagerEntry { number: 0, href: String::new(), current: false });
            }
            pages.push(PagerEntry { number, href: address(number), current: number == current });
            last = number;
        }
        Self {
            current,
            total,
            previous: (current > 1).then(|| address(current - 1)),
            next: (current < total).then(|| address(current + 1)),
            pages,
        }
    }
}
