using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace PaymentPipeline.Load.Results;

/// <summary>
/// HTML that is safe to write as it is. The only way to make it from a template is <see cref="Of"/>, which escapes every hole
/// that is not markup itself: what a report holds cannot become part of the page by forgetting something.
/// </summary>
internal readonly record struct Markup(string Html)
{
    public static Markup Of(Template template) => new(template.ToString());

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Join('\n', parts.Select(part => part.Html)));

    public override string ToString() => Html;

    [InterpolatedStringHandler]
    internal readonly ref struct Template(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _html = new(literalLength + (formattedCount * 16));

        public void AppendLiteral(string html) => _html.Append(html);

        public void AppendFormatted(Markup markup) => _html.Append(markup.Html);

        public void AppendFormatted(IEnumerable<Markup> parts) => _html.Append(Join(parts).Html);

        public void AppendFormatted(string? text) => _html.Append(Escape(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
            _html.Append(Escape(value.ToString(format, System.Globalization.CultureInfo.InvariantCulture)));

        public override string ToString() => _html.ToString();

        // Control characters have no place in HTML, escaped or not.
        private static string Escape(string text) =>
            WebUtility.HtmlEncode(string.Concat(text.Select(letter => char.IsControl(letter) && letter != '\n' ? '\uFFFD' : letter)));
    }
}
