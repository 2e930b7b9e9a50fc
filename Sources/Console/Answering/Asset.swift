internal import HTTPTypes

/// A file that pages use, a part of the program.
enum Asset {
    case style, script

    private var content: (type: String, text: String) {
        switch self {
        case .style: ("text/css; charset=utf-8", String(decoding: PackageResources.console_css, as: UTF8.self))
        case .script: ("text/javascript; charset=utf-8", String(decoding: PackageResources.console_js, as: UTF8.self))
        }
    }

    /// The file, or that the browser has it already.
    func answer(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        let (type, text) = content
        let tag = "\"\(String(Self.hash(text), radix: 16))\""
        var answer = Answer(type: type, body: text)
        if call.request.headerFields[.ifNoneMatch] == tag { (answer.status, answer.body) = (.notModified, "") }
        answer.fields[.eTag] = tag
        answer.fields[.cacheControl] = "no-cache"
        return answer
    }

    /// FNV-1a, which is the same in every process.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
