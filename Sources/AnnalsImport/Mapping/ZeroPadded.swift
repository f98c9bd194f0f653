/// The digits with leading zeros, if there are fewer than `width`.
func zeroPadded(_ digits: String, to width: Int) -> String {
    String(repeating: "0", count: max(0, width - digits.count)) + digits
}
