using System.Collections.Frozen;
using System.Text.Json;
using PaymentPipeline.Api.Errors;

namespace PaymentPipeline.Api.Requests;

/// <summary>
/// What no body may hold, wherever it stands: a member twice, a number that is not written as a plain integer, half a surrogate
/// pair, a NUL, a card number, or a member that is named as cards' secrets are.
/// </summary>
internal static class MemberRules
{
    // PCI DSS 3.3.1: sensitive authentication data, under the names that gateways and forms use.
    private static readonly FrozenSet<string> SecretNames = new[]
    {
        "cvv", "cvv2", "cvc", "cvc2", "cavv", "track", "track1", "track2", "trackdata", "pin", "pinblock", "pan",
        "cardnumber", "securitycode", "cardsecuritycode",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <exception cref="RefusalException">With the member's name.</exception>
    public static void Require(JsonElement root, ApiMetrics metrics)
    {
        try
        {
            Check(root, "");
        }
        catch (RefusalException refusal) when (refusal.Result.Problem == Problems.PanNotAllowed)
        {
            metrics.CardNumber("body");
            throw;
        }
    }

    private static void Check(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(element, path);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray()) Check(item, $"{path}[{index++}]");
                break;
            case JsonValueKind.String:
                CheckText(TextOf(element, path), path);
                break;
            case JsonValueKind.Number:
                CheckNumber(element.GetRawText(), path);
                break;
        }
    }

    private static void CheckObject(JsonElement element, string path)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property, path);
            CheckText(name, path.Length == 0 ? "$" : path);
            var here = MemberPath.Of(path, name);
            if (SecretNames.Contains(Plain(name))) throw new RefusalException(Problems.PanNotAllowed, $"{here} is not accepted.", here);
            if (!names.Add(name)) throw new RefusalException(Problems.InvalidMember, $"{here} is there twice.", here);
            Check(property.Value, here);
        }
    }

    private static void CheckText(string text, string path)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new RefusalException(Problems.InvalidMember, $"{path} holds a NUL character.", path);
        if (CardNumbers.In(text)) throw new RefusalException(Problems.PanNotAllowed, $"{path} holds a card number.", path);
    }

    private static void CheckNumber(string text, string path)
    {
        if (text == "-0" || !IsPlainInteger(text))
            throw new RefusalException(Problems.InvalidMember, $"{path} must be written as a plain integer.", path);
        if (CardNumbers.In(text)) throw new RefusalException(Problems.PanNotAllowed, $"{path} holds a card number.", path);
    }

    private static string TextOf(JsonElement element, string path)
    {
        try
        {
            return element.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            throw new RefusalException(Problems.InvalidMember, $"{path} holds half a surrogate pair.", path);
        }
    }

    private static string NameOf(JsonProperty property, string path)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new RefusalException(
                Problems.InvalidMember, "A member's name holds half a surrogate pair.", path.Length == 0 ? "$" : path);
        }
    }

    /// <summary>The parser has seen to the rest: no leading zeros, no plus sign.</summary>
    private static bool IsPlainInteger(string text) => !text.AsSpan(text[0] == '-' ? 1 : 0).ContainsAnyExceptInRange('0', '9');

    /// <summary>"Card_Number" is "cardnumber".</summary>
    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
