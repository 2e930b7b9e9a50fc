internal import Cronmill
internal import FoundationEssentials

/// What all pages have in common.
enum Page {
    /// A whole document.
    ///
    /// - Parameters:
    ///   - title: of the window.
    ///   - head: what else stands in the head.
    ///   - body: all that is seen.
    static func whole(title: String, head: HTML = "", _ body: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · Cronmill</title>
        <link rel="stylesheet" href="console.css">
        \(head)
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }

    /// A page below the overview.
    ///
    /// - Parameters:
    ///   - title: what it is about; its heading.
    ///   - trail: links to the pages above it.
    ///   - role: as whom its viewer acts.
    ///   - seconds: after how many it is renewed; nil is never.
    ///   - content: all below the heading.
    static func view(
        title: String,
        trail: [HTML],
        role: String,
        renewedEvery seconds: Int? = nil,
        _ content: HTML
    ) -> HTML {
        let links = ["<a href=\"./\">Cronmill</a>"] + trail
        return whole(
            title: title,
            head: seconds.map { renewal(every: $0) } ?? "",
            """
            <header><nav aria-label="Where this is">\(HTML(links, separator: " / "))</nav>\(navigation(role))\(seconds == nil ? "" : renewalNotes)</header>
            <main>
            <h1><bdi>\(title)</bdi></h1>
            <p class="made">as of \(String(PageTime.second(Date().iso8601).suffix(8))) UTC</p>
            \(content)
            </main>
            """
        )
    }

    /// Parts of a page, each with its heading.
    static func section(_ title: HTML, _ content: HTML) -> HTML {
        "<section><h2>\(title)</h2>\n\(content)</section>\n"
    }

    /// The pages of the server, and as whom one is here.
    static func navigation(_ role: String) -> HTML {
        """
        <nav class="role" aria-label="Pages"><a href="alarms">Alarms</a> <a href="server">Server</a> \
        <span>as <bdi>\(role)</bdi></span> <a href="logout">Log out</a></nav>
        """
    }

    // MARK: Renewal

    /// For the head of a page that is renewed, by its script, and without JavaScript half as often.
    ///
    /// - Parameter events: where it is told what has changed; nil if it has to be loaded again.
    static func renewal(every seconds: Int, events: HTML? = nil) -> HTML {
        let events: HTML = events.map { " data-events=\"\($0)\"" } ?? ""
        return """
            <noscript><meta http-equiv="refresh" content="\(seconds * 2)"></noscript>
            <script src="console.js" defer data-seconds="\(seconds)"\(events)></script>
            """
    }

    /// What the script says: that what is shown is old, that a part of it is, and aloud what the window's title says where that
    /// has changed.
    static let renewalNotes: HTML = """
        <p id="lost" role="alert">The console does not answer: what is shown is old.</p>
        <p id="held" role="status">Not renewed where something is selected.</p>
        <p id="news" role="status"></p>
        """
}
