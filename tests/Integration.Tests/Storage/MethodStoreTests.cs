using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.Storage.PaymentMethods;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

public sealed class MethodStoreTests(Books books) : IClassFixture<Books>
{
    private MethodStore Methods => new(
        books.Database, Options.Create(new DatabaseOptions()), TimeProvider.System, new StorageMetrics(), NullLogger<MethodStore>.Instance);

    [Fact]
    public async Task A_reply_and_its_webhook_store_one_method_and_tell_it_once()
    {
        var settled = await Methods.SettleAsync([Attached("pm_reply")], "user-reply", default);
        var method = Assert.Single(settled.Methods);
        Assert.Equal(("user-reply", "visa", false), (method.UserId, method.Brand, settled.IsAnothers));

        Assert.Equal(0, (await books.CommitAsync("evt_pm_reply", Attached("pm_reply"))).Staged);
        Assert.Equal(["PaymentMethodAdded"], await ToldAsync("user-reply"));
        Assert.Equal([method.Id], (await Methods.OfUserAsync("user-reply", Api.Everything, default)).Select(kept => kept.Id));
        Assert.Empty(await Methods.OfUserAsync("user-reply", new Visibility([("stripe", "other")]), default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_webhook_that_names_the_gateways_customer_tells_of_our_user_before_the_reply_and_after(bool webhookFirst)
    {
        var (user, customer, token) = ($"user-cus-{webhookFirst}", $"cus_{webhookFirst}", $"pm_cus_{webhookFirst}");
        await Methods.KeepCustomerAsync(user, "stripe", "default", customer, default);
        await Methods.KeepCustomerAsync("somebody", "stripe", "other", customer, default);
        Task Webhook() => books.CommitAsync($"evt_{token}", Attached(token) with { UserId = customer });

        if (webhookFirst) await Webhook();
        var settled = await Methods.SettleAsync([Attached(token)], user, default);
        if (!webhookFirst) await Webhook();

        Assert.Equal((false, user), (settled.IsAnothers, settled.Methods.Single().UserId));
        Assert.Equal([token], (await Methods.OfUserAsync(user, Api.Everything, default)).Select(kept => kept.GatewayToken));
        Assert.Equal(["PaymentMethodAdded"], await ToldAsync(user));
        Assert.Empty(await ToldAsync(customer));
    }

    [Fact]
    public async Task A_customer_that_we_did_not_make_keeps_the_gateways_name()
    {
        await books.CommitAsync("evt_pm_foreign", Attached("pm_foreign") with { UserId = "cus_foreign" });
        Assert.Equal(["PaymentMethodAdded"], await ToldAsync("cus_foreign"));
    }

    [Fact]
    public async Task H127_a_method_of_another_user_is_not_taken_over()
    {
        await Methods.SettleAsync([Attached("pm_h127")], "user-h127", default);
        var settled = await Methods.SettleAsync([Attached("pm_h127")], "thief", default);

        Assert.True(settled.IsAnothers);
        Assert.Empty(settled.Methods);
        Assert.Empty(await Methods.OfUserAsync("thief", Api.Everything, default));
    }

    [Fact]
    public async Task A_user_has_one_default_however_many_choose_at_once()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++)
            ids.AddRange((await Methods.SettleAsync([Attached($"pm_many_{i}")], "user-many", default)).Methods.Select(kept => kept.Id));
        var chosen = await Task.WhenAll(Enumerable.Range(0, 48).Select(i => Task.Run(() =>
            Methods.ChooseDefaultAsync("shop", "user-many", ids[i % 6], Api.Everything, default))));

        Assert.All(chosen, choice => Assert.True(choice is { Found: true, Default.IsDefault: true }));
        Assert.Single(await Methods.OfUserAsync("user-many", Api.Everything, default), method => method.IsDefault);

        var none = await Methods.ChooseDefaultAsync("shop", "user-many", null, Api.Everything, default);
        Assert.Equal((true, null), none);
        Assert.DoesNotContain(await Methods.OfUserAsync("user-many", Api.Everything, default), method => method.IsDefault);
        Assert.Equal("DefaultPaymentMethodChanged", (await ToldAsync("user-many"))[^1]);
    }

    [Fact]
    public async Task What_a_webhook_says_of_a_users_default_is_kept_and_it_stays_the_default()
    {
        var method = (await Methods.SettleAsync([Attached("pm_chosen")], "user-chosen", default)).Methods.Single();
        await Methods.ChooseDefaultAsync("shop", "user-chosen", method.Id, Api.Everything, default);
        var renewed = Fact(FactKind.PaymentMethodUpdated, "pm_chosen", "pm_chosen") with { Details = new() { ExpiryYear = 2031 } };

        await books.CommitAsync("evt_pm_chosen", renewed with { OccurredAt = renewed.OccurredAt.AddYears(1) });

        var kept = (await Methods.GetAsync(method.Id, Api.Everything, default))!;
        Assert.Equal((true, 3), (kept.IsDefault, kept.Version));
    }

    [Fact]
    public async Task A_removed_method_is_hidden_and_no_default()
    {
        var method = (await Methods.SettleAsync([Attached("pm_gone")], "user-gone", default)).Methods.Single();
        await Methods.ChooseDefaultAsync("shop", "user-gone", method.Id, Api.Everything, default);
        await books.CommitAsync("evt_pm_gone", Fact(FactKind.PaymentMethodDetached, "pm_gone", "pm_gone"));

        Assert.Empty(await Methods.OfUserAsync("user-gone", Api.Everything, default));
        var gone = (await Methods.GetAsync(method.Id, Api.Everything, default))!;
        Assert.Equal((true, false, 3), (gone.IsRemoved, gone.IsDefault, gone.Version));
        Assert.False((await Methods.ChooseDefaultAsync("shop", "user-gone", method.Id, Api.Everything, default)).Found);
        Assert.Equal(["PaymentMethodAdded", "DefaultPaymentMethodChanged", "PaymentMethodRemoved"], await ToldAsync("user-gone"));
    }

    [Fact]
    public async Task The_first_customer_that_a_gateway_made_for_a_user_counts()
    {
        Assert.Null(await Methods.CustomerAsync("user-cus", "stripe", "default", default));
        Assert.Equal("cus_1", await Methods.KeepCustomerAsync("user-cus", "stripe", "default", "cus_1", default));
        Assert.Equal("cus_1", await Methods.KeepCustomerAsync("user-cus", "stripe", "default", "cus_2", default));
        Assert.Equal("cus_1", await Methods.CustomerAsync("user-cus", "stripe", "default", default));
    }

    private static Fact Attached(string token) => Fact(FactKind.PaymentMethodAttached, token, token) with
    {
        Details = new() { Brand = "visa", Last4 = "4242" },
    };

    private Task<IReadOnlyList<string>> ToldAsync(string userId) =>
        books.QueryAsync<string>("SELECT event_type FROM books.outbox WHERE key = @userId ORDER BY id", new { userId });
}
