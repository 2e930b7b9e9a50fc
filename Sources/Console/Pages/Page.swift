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
    ///   - content: all below the heading.
    static func view(title: String, trail: [HTML], role: String, _ content: HTML) -> HTML {
        let links = ["<a href=\"./\">Cronmill</a>"] + trail
        return whole(
            title: title,
            """
            <header><nav aria-label="Where this is">\(HTML(links, separator: " / "))</nav>\(roleText(role))</header>
            <main>
            <h1><bdi>\(title)</bdi></h1>
            \(content)
            </main>
            """
        )
    }

    /// Parts of a page, each with its heading.
    static func section(_ title: HTML, _ content: HTML) -> HTML {
        "<section><h2>\(title)</h2>\n\(content)</section>\n"
    }

    private static func roleText(_ role: String) -> HTML {
        "<span class=\"role\">as <bdi>\(role)</bdi> · <a href=\"logout\">log out</a></span>"
    }
}
