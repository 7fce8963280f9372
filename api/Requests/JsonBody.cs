using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace PaymentPipeline.Api.Requests;

/// <summary>A request's type knows its source-generated description, made with unknown members disallowed.</summary>
internal interface IJsonRequest<TSelf>
{
    static abstract JsonTypeInfo<TSelf> TypeInfo { get; }
}

/// <summary>
/// A route's parameter: the body, read strictly. A route that takes this documents its request by it.
/// <code>v1.MapPost("/payments", (JsonBody&lt;CreatePaymentRequest&gt; body, Caller caller, …) => …)</code>
/// </summary>
internal sealed class JsonBody<T> : IEndpointParameterMetadataProvider
    where T : class, IJsonRequest<T>
{
    private JsonBody(T value, byte[] fingerprint) => (Value, Fingerprint) = (value, fingerprint);

    public T Value { get; }

    /// <summary>
    /// SHA-256 over method, address and canonical body: the same for requests that ask for the same, whatever the order of their
    /// members and their white space.
    /// </summary>
    public byte[] Fingerprint { get; }

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context)
    {
        var (value, canonical) = await StrictJson.ReadAsync(context, T.TypeInfo);
        var request = $"{context.Request.Method} {context.Request.Path}\n{canonical}";
        return new JsonBody<T>(value, SHA256.HashData(Encoding.UTF8.GetBytes(request)));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));
}
