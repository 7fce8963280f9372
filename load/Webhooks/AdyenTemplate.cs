using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>
/// One of three events (pending, authorised, captured) of several payments at Adyen in one request, an item each, each signed. The
/// payments share their number; a letter tells them apart.
/// </summary>
internal sealed class AdyenTemplate : IRequestTemplate
{
    private const int SignatureLength = 44;
    private readonly byte[] _request;
    private readonly int[] _numbersAt;
    private readonly Variety _variety;
    private readonly int[] _signaturesAt;
    private readonly byte[][] _signed;

    private AdyenTemplate(string host, string body, byte[][] signed)
    {
        var head = $"POST /webhooks/adyen HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Adyen HttpClient 1.0\r\n"
            + $"Content-Type: application/json; charset=utf-8\r\nContent-Length: {body.Length}\r\n\r\n";
        _request = Encoding.ASCII.GetBytes(head + body);
        _numbersAt = Gaps.Find(_request, Gaps.Number);
        _variety = new Variety(_request);
        _signaturesAt = Gaps.Find(_request, Gaps.Signature(SignatureLength));
        _signed = signed;
    }

    public int Length => _request.Length;
    public int Events => _signed.Length;

    /// <param name="bytes">About the body's length: up to 1 KB one item, above one for each KB.</param>
    public static AdyenTemplate Make(TemplateWords words, string merchantAccount, int step, int bytes)
    {
        var count = Math.Clamp(bytes / 1024, 1, 20);
        var items = Enumerable.Range(0, count).Select(number => new Item(words, merchantAccount, step, (char)('A' + number))).ToList();
        var room = bytes / count - items[0].Json("").Length;
        var all = string.Join(',', items.Select(item => item.Json(words.Filler.Members(room))));
        var body = $"{{\"live\":\"false\",\"notificationItems\":[{all}]}}";
        return new AdyenTemplate(words.Host, body, [.. items.Select(item => Encoding.ASCII.GetBytes(item.Signed))]);
    }

    public void Write(Span<byte> destination, long payment, RequestSigner signer)
    {
        var request = destination[.._request.Length];
        _request.CopyTo(request);
        foreach (var at in _numbersAt) LetterNumber.Write(request[at..], payment);
        _variety.Fill(request, payment);
        Span<byte> text = stackalloc byte[256];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        for (var item = 0; item < _signed.Length; item++)
        {
            var signed = text[.._signed[item].Length];
            _signed[item].CopyTo(signed);
            for (var at = signed.IndexOf((byte)'~'); at >= 0; at = signed.IndexOf((byte)'~')) LetterNumber.Write(signed[at..], payment);
            signer.Adyen.AppendData(signed);
            signer.Adyen.GetHashAndReset(hash);
            Base64.EncodeToUtf8(hash, request[_signaturesAt[item]..], out _, out _);
        }
    }

    private sealed record Item(TemplateWords Words, string MerchantAccount, int Step, char Letter)
    {
        private string Payment => $"{Words.Run}{Gaps.Number}{Letter}A";
        private string Capture => $"{Words.Run}{Gaps.Number}{Letter}C";
        private string EventCode => Step switch { 0 => "PENDING", 1 => "AUTHORISATION", _ => "CAPTURE" };
        private string Psp => Step == 2 ? Capture : Payment;
        private string Original => Step == 2 ? Payment : "";
        private string MerchantReference => $"{Words.OrderId}-{Letter}";

        public string Signed => string.Create(
            CultureInfo.InvariantCulture,
            $"{Psp}:{Original}:{MerchantAccount}:{MerchantReference}:{Words.Amount}:EUR:{EventCode}:true");

        public string Json(string filler)
        {
            var original = Step == 2 ? $"\"originalReference\":\"{Payment}\"," : "";
            var date = Words.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
            return $$$"""{"NotificationRequestItem":{"additionalData":{"hmacSignature":"{{{Gaps.Signature(SignatureLength)}}}"{{{filler}}}},"amount":{"currency":"EUR","value":{{{Words.Amount}}}},"eventCode":"{{{EventCode}}}","eventDate":"{{{date}}}","merchantAccountCode":"{{{MerchantAccount}}}","merchantReference":"{{{MerchantReference}}}",{{{original}}}"paymentMethod":"visa","pspReference":"{{{Psp}}}","reason":"","success":"true"}}""";
        }
    }
}
