internal import Cronmill
internal import FoundationEssentials

/// Drawn with attributes and classes alone: a style in markup is refused by the policy.
extension Timeline {
    private static let rowHeight = 18.0

    /// A row for each lane, with letters where it is not the bar's shape that tells how a run ended.
    var svg: HTML {
        let height = Double(lanes.count) * Self.rowHeight
        let rows = lanes.enumerated().map { index, lane -> HTML in
            let top = Double(index) * Self.rowHeight
            return """
                <g class="\(lane.isOurs ? "ours" : "others")"><title>\(lane.title)</title>
                <line x1="0" x2="1000" y1="\(px: top + Self.rowHeight - 1)" y2="\(px: top + Self.rowHeight - 1)" class="base"/>
                \(lane.bars.map { drawn($0, top: top) })</g>

                """
        }
        let names = lanes.map { "<li class=\"\($0.isOurs ? "ours" : "others")\"><bdi>\($0.title)</bdi></li>" as HTML }
        return """
            <div class="timeline"><ul aria-hidden="true">\(names)</ul>
            <svg viewBox="0 0 1000 \(px: height)" height="\(px: height)" preserveAspectRatio="none" role="img" \
            aria-label="Runs of each slot; the table below says the same">\(ticks(height))\(rows)</svg></div>

            """
    }

    private func drawn(_ bar: Bar, top: Double) -> HTML {
        let (x, width) = (bar.from, max(bar.to - bar.from, 1.5))
        // Failed is as high as the row, gone is hollow, stopped is half as high: also seen without colours.
        let (y, height): (Double, Double) =
            switch bar.outcome.status {
            case .failed, .gone: (top + 1, Self.rowHeight - 3)
            case .stopped: (top + 9, Self.rowHeight - 11)
            case .succeeded where bar.outcome.hasFailures: (top + 2, Self.rowHeight - 4)
            case .starting, .running, .succeeded: (top + 4, Self.rowHeight - 6)
            }
        let style = bar.outcome.hasFailures ? "tasks" : bar.outcome.status.rawValue
        let runs = bar.count == 1 ? "1 run" : "\(bar.count.grouped) runs"
        let times = bar.count == 1 ? bar.first.text : "\(bar.first.text) to \(bar.last.text)"
        return """
            <rect class="\(style)" x="\(px: x)" y="\(px: y)" width="\(px: width)" height="\(px: height)">\
            <title>\(runs), \(bar.outcome.word), \(times)</title></rect>
            """
    }

    /// How many went at once, ours below and others' above, and the limit.
    func load(limit: Int?) -> HTML {
        let (height, top) = (60.0, max(most, limit ?? 0, 1))
        func y(_ count: Int) -> Double { height - 1 - Double(count) / Double(top) * (height - 4) }
        func area(_ value: (_ ours: Int, _ others: Int) -> Int) -> HTML {
            var (path, last) = ("M0 \(HTML.px(y(0)))", 0)
            for (x, most) in peaks(value).enumerated() where most != last {
                path += "H\(x)V\(HTML.px(y(most)))"
                last = most
            }
            return "\(path)H1000V\(HTML.px(y(0)))Z"
        }
        let line: HTML =
            limit.map {
                "<line class=\"limit\" x1=\"0\" x2=\"1000\" y1=\"\(px: y($0))\" y2=\"\(px: y($0))\"><title>limit \($0)</title></line>"
            }
            ?? ""
        return """
            <div class="timeline"><ul aria-hidden="true"><li>at once</li><li>most \(most)</li>\(limit.map { "<li class=\"limited\">limit \($0)</li>" as HTML } ?? "")</ul>
            <svg viewBox="0 0 1000 60" height="60" preserveAspectRatio="none" role="img" \
            aria-label="Runs at once: \(most) at most\(limit.map { ", the limit is \($0)" } ?? "")">\(ticks(height))\
            <path class="others" d="\(area { $0 + $1 })"><title>Runs of other jobs</title></path>\
            <path class="ours" d="\(area { ours, _ in ours })"><title>Runs of Cronmill</title></path>\(line)</svg></div>

            """
    }

    /// The hours and minutes below the lines that run through all rows, and of both ends.
    func axis(_ now: ServerTime) -> HTML {
        let times = (0...6).map { part -> HTML in
            let seconds = -length.inSeconds * Double(6 - part) / 6
            return "<li>\(now.clock(after: seconds))</li>"
        }
        return "<div class=\"timeline\" aria-hidden=\"true\"><span></span><ol class=\"axis\">\(times)</ol></div>\n"
    }

    /// The most in each pixel.
    private func peaks(_ value: (_ ours: Int, _ others: Int) -> Int) -> [Int] {
        var (peaks, present, x) = (Array(repeating: 0, count: Int(Self.width)), 0, 0)
        for step in steps {
            let place = min(Int(step.x), peaks.count - 1)
            while x < place {
                x += 1
                peaks[x] = present
            }
            present = value(step.ours, step.others)
            peaks[x] = max(peaks[x], present)
        }
        for rest in x..<peaks.count where rest > x { peaks[rest] = present }
        return peaks
    }

    private func ticks(_ height: Double) -> HTML {
        HTML(
            (1..<6).map { part in
                let x = Double(part) * Self.width / 6
                return "<line class=\"tick\" x1=\"\(px: x)\" x2=\"\(px: x)\" y1=\"0\" y2=\"\(px: height)\"/>"
            }
        )
    }
}

extension ServerTime {
    /// Hours and minutes in its zone, some seconds later: by the zone's difference from UTC at this time.
    fileprivate func clock(after seconds: Double) -> String {
        let parts = text.suffix(8).split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3 else { return "" }
        let day = 86_400
        let second = parts[0] * 3600 + parts[1] * 60 + parts[2] + Int(seconds)
        let minute = ((second % day + day) % day) / 60
        return "\(minute / 60 < 10 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
    }
}

extension HTML {
    /// A length with a decimal at most.
    fileprivate static func px(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(abs(tenths % 10))"
    }
}

extension HTML.Interpolation {
    fileprivate mutating func appendInterpolation(px value: Double) { appendInterpolation(HTML.px(value)) }
}
