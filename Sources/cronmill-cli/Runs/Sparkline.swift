/// Numbers as a line of signs, one each, the highest number as high as a sign can be; nothing is the lowest sign.
enum Sparkline {
    private static let blocks = Array("▁▂▃▄▅▆▇█")
    private static let ascii = Array("_.:-=+*#")

    /// The line.
    ///
    /// - Parameters:
    ///   - values: 0 or more each.
    ///   - unicode: whether block elements may be used; else ASCII signs of growing weight.
    static func text(_ values: [Int], unicode: Bool) -> String {
        let signs = unicode ? blocks : ascii
        guard let highest = values.max(), highest > 0 else { return String(repeating: signs[0], count: values.count) }
        return String(
            values.map { value in
                let share = Double(value) / Double(highest) * Double(signs.count - 1)
                return signs[Int(share.rounded(.up))]
            }
        )
    }
}
