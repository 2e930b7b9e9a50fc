extension Int {
    /// With separators: `12,345`.
    package var grouped: String {
        var text = ""
        for (index, digit) in String(self).reversed().enumerated() {
            if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    /// A count that is exact up to 100,000; `100,000+` beyond.
    package var counted: String {
        self <= ProcessorStatus.exactUpTo ? grouped : "100,000+"
    }
}

extension String {
    /// What stands before the first line break.
    package var firstLine: String {
        split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }
}

extension String {
    /// The text with everything visible that could move the cursor, change the terminal or turn the line round.
    ///
    /// Control characters become `\n`, `\t`, `\x1b`; line separators and direction marks `\u{202e}`.
    package var controlsEscaped: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text.append(contentsOf: "\\n".unicodeScalars)
            case "\r": text.append(contentsOf: "\\r".unicodeScalars)
            case "\t": text.append(contentsOf: "\\t".unicodeScalars)
            case _ where scalar.isControl && scalar.value < 0x100:
                text.append(contentsOf: "\\x\(scalar.value < 0x10 ? "0" : "")\(hex(scalar))".unicodeScalars)
            case _ where scalar.isControl: text.append(contentsOf: "\\u{\(hex(scalar))}".unicodeScalars)
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    private func hex(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16) }
}

extension Unicode.Scalar {
    /// Whether it could move the cursor, change the terminal, turn the line round, or make two names look the same.
    package var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7f..<0xa0: true
        // Line and paragraph separators, and the marks that change the direction of what follows.
        case 0x2028...0x202e, 0x2066...0x2069, 0x200e, 0x200f, 0x061c: true
        // What is not seen at all; joiners stay, for they make the letters of some scripts and emoji.
        case 0x200b, 0x2060...0x2065, 0x206a...0x206f, 0xfeff, 0xfff9...0xfffb: true
        default: false
        }
    }
}

extension Int64 {
    /// Bytes as PostgreSQL's `pg_size_pretty` tells them: `8192 bytes`, `16 kB`, `9 MB`.
    package var bytesText: String {
        var (value, unit) = (magnitude, 0)
        let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
        while value >= 10_240, unit < units.count - 1 { (value, unit) = ((value + 512) / 1024, unit + 1) }
        return "\(self < 0 ? "-" : "")\(value) \(units[unit])"
    }
}
