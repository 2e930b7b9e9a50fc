extension Report {
    /// The median rates as bars, an SVG.
    var chart: String {
        let bars = timings.compactMap { timing in timing.rates.median.map { (timing.name, $0) } }
        let longest = bars.map(\.1).max() ?? 1
        let height = 28 * bars.count + 40
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"860\" height=\"\(height)\" font-family=\"sans-serif\" "
                + "font-size=\"13\">",
            "<rect width=\"860\" height=\"\(height)\" fill=\"#ffffff\"/>",
            "<text x=\"10\" y=\"22\" font-weight=\"bold\">Tasks per second, median of the rounds</text>",
        ]
        for (position, (name, rate)) in bars.enumerated() {
            let top = 36 + 28 * position
            let width = Swift.max(1, Int(480 * rate / longest))
            let color = name.hasPrefix("cronmill") ? "#2f6f9f" : "#a9b4bd"
            lines += [
                "<text x=\"10\" y=\"\(top + 15)\">\(name)</text>",
                "<rect x=\"260\" y=\"\(top)\" width=\"\(width)\" height=\"20\" fill=\"\(color)\"/>",
                "<text x=\"\(266 + width)\" y=\"\(top + 15)\">\(Int(rate).grouped)</text>",
            ]
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }
}
