using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Postgres;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

public sealed class PackedRecordsTests
{
    private static readonly TopicRow topic = new(1, "webhooks.stripe", 8);

    [Fact]
    public void Records_come_back_as_they_were_whatever_their_lengths()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            RoutedRecord[] records = [.. Enumerable.Range(0, random.Next(2, 40)).Select(_ => Of(
                Bytes(random, 40), Bytes(random, 300), Bytes(random, random.Next(3) == 0 ? 5_000 : 100)))];

            var unpacked = PackedRecords.Unpack(PackedRecords.Pack(records), records.Length);

            Assert.Equal(records.Select(Text), unpacked.Select(Text));
        }
    }

    [Fact]
    public void What_webhooks_have_in_common_is_stored_once()
    {
        RoutedRecord[] alike = [.. Enumerable.Range(0, 12).Select(number => Of([], [], Encoding.ASCII.GetBytes(
            $"{{\"id\":\"evt_{Convert.ToHexString(RandomNumberGenerator.GetBytes(12))}\",\"number\":{number},{new string('x', 40)}"
            + "\"billing_details\":{\"address\":{\"city\":null,\"country\":null},\"email\":null,\"phone\":null},\"captured\":true}")))];
        RoutedRecord[] different = [.. Enumerable.Range(0, 12).Select(_ => Of([], [], RandomNumberGenerator.GetBytes(250)))];

        Assert.InRange(PackedRecords.Pack(alike).Length, 1, alike.Sum(record => record.Value.Length) / 3);
        // What cannot be made smaller is kept as it is: a byte more, and the lengths.
        Assert.InRange(PackedRecords.Pack(different).Length, 12 * 250, 12 * 254 + 1);
    }

    [Fact]
    public void A_row_takes_32_KB_or_256_records_or_one_of_any_size()
    {
        RoutedRecord[] small = [.. Enumerable.Repeat(Of([1], [], new byte[10]), 1_000)];
        RoutedRecord[] middling = [.. Enumerable.Repeat(Of([1], [], new byte[2_500]), 1_000)];
        RoutedRecord[] large = [.. Enumerable.Repeat(Of([1], [], new byte[100_000]), 3)];

        Assert.Equal([256, 13, 1], new[] { small, middling, large }.Select(records => PackedRecords.Fit(records)));
        Assert.Equal(1, PackedRecords.Fit(small.AsSpan(999)));
    }

    [Fact]
    public void Damaged_bytes_are_said_to_be_damaged_and_never_more_than_their_room_is_taken()
    {
        var random = new Random(11);
        RoutedRecord[] records = [.. Enumerable.Range(0, 10).Select(_ => Of(Bytes(random, 20), Bytes(random, 60), Bytes(random, 400)))];
        RoutedRecord[] alike = [.. Enumerable.Repeat(Of([1], [2], new byte[400]), 10)];
        // A claim of two gigabytes.
        Assert.Throws<EventLogException>(() => PackedRecords.Unpack([2, 0xFF, 0xFF, 0xFF, 0x7F, 0], 10));
        foreach (var packed in new[] { PackedRecords.Pack(records), PackedRecords.Pack(alike) })
        {
            for (var length = 0; length < packed.Length; length++)
                Assert.Throws<EventLogException>(() => PackedRecords.Unpack(packed[..length], 10));
            Assert.Throws<EventLogException>(() => PackedRecords.Unpack(packed, 9));
            Assert.Throws<EventLogException>(() => PackedRecords.Unpack(packed, 11));
            for (var round = 0; round < 2_000; round++)
            {
                byte[] damaged = [.. packed];
                for (var hits = random.Next(1, 4); hits > 0; hits--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                // It may still read as records; which, the hash of a body tells (I1). It must not be anything else than that word.
                try
                {
                    PackedRecords.Unpack(damaged, 10);
                }
                catch (EventLogException)
                {
                }
            }
        }
    }

    private static RoutedRecord Of(byte[] key, byte[] headers, byte[] value) => new(topic, 0, key, headers, value);

    private static byte[] Bytes(Random random, int lengthMax)
    {
        var bytes = new byte[random.Next(lengthMax + 1)];
        if (random.Next(2) == 0) random.NextBytes(bytes);
        return bytes;
    }

    private static string Text(RoutedRecord record) => Text(record.Key, record.Headers, record.Value);

    private static string Text(StoredRecord record) => Text(record.Key, record.Headers, record.Value);

    private static string Text(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> headers, ReadOnlyMemory<byte> value) =>
        $"{Convert.ToHexString(key.Span)}|{Convert.ToHexString(headers.Span)}|{Convert.ToHexString(value.Span)}";
}
