extension String {
    /// The text without the newlines and spaces that libpq puts at its end.
    var trimmed: String {
        var text = Substring(self)
        while text.last?.isWhitespace == true {
            text.removeLast()
        }
        return String(text)
    }
}
