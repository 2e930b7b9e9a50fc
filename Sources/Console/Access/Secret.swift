/// What nobody guesses, and how it is compared.
enum Secret {
    /// 128 bits, as hexadecimal digits.
    static func new() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in
            let byte = UInt8.random(in: .min ... .max, using: &generator)
            return (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Compares in a time that says nothing of where they differ.
    static func areEqual(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
