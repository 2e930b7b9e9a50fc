extension Character {
    /// The columns this takes on a terminal: 0, 1 or 2 for what terminals show as one sign.
    var displayWidth: Int {
        let scalars = unicodeScalars
        guard let first = scalars.first else { return 0 }
        // Variation selector 16 asks for the emoji, which is wide, of a sign that is narrow as text.
        if scalars.contains("\u{fe0f}") { return 2 }
        if first.displayWidth == 2 { return 2 }
        if scalars.contains("\u{200d}"), first.properties.isEmoji { return 2 }
        return scalars.reduce(0) { $0 + $1.displayWidth }
    }
}

extension String {
    /// The columns this takes on a terminal.
    var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The text cut to `width` columns, its last one an ellipsis, if it is longer.
    func truncated(to width: Int) -> String {
        guard displayWidth > width else { return self }
        guard width > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in self {
            let next = character.displayWidth
            guard used + next < width else { break }
            kept.append(character)
            used += next
        }
        return kept + "…"
    }
}

extension Unicode.Scalar {
    fileprivate var displayWidth: Int {
        // Printable ASCII is nearly all there is.
        if value >= 0x20, value < 0x7f { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return value == 0xad ? 1 : 0
        default: break
        }
        // The vowels and finals of a Hangul syllable are drawn into its first letter.
        if (0x1160...0x11ff).contains(value) { return 0 }
        if properties.isEmojiPresentation || Self.isWide(value) { return 2 }
        return 1
    }

    /// Wide and fullwidth blocks of Unicode's East Asian Width (UAX 11), whole blocks where nothing in them is narrow.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97c,
            0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19, 0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6,
            0x16fe0...0x18dff, 0x1aff0...0x1b2ff, 0x1f200...0x1f2ff, 0x20000...0x3fffd:
            true
        default: false
        }
    }
}
