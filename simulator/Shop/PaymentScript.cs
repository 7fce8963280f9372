namespace PaymentPipeline.Simulator.Shop;

/// <summary>The way of one payment, chosen with the weights of an ordinary shop: opening, taking the money, what comes after.</summary>
internal static class PaymentScript
{
    private enum Taking
    {
        AtOnce, Whole, InParts, PartOnly, Processing, Canceled, Expired, Abandoned, Failed, LeftOpen, CaptureRefused, CaptureFails,
    }

    private enum After { Nothing, RefundPart, RefundInParts, RefundAll, Course, Won, Lost, Inquiry, Fraud }

    private static readonly (int, Taking)[] Takings =
    [
        (48, Taking.AtOnce), (14, Taking.Whole), (7, Taking.InParts), (4, Taking.PartOnly), (4, Taking.Processing),
        (5, Taking.Canceled), (3, Taking.Expired), (4, Taking.Abandoned), (5, Taking.Failed), (2, Taking.LeftOpen),
        (2, Taking.CaptureRefused), (2, Taking.CaptureFails),
    ];

    private static readonly (int, After)[] Afters =
    [
        (66, After.Nothing), (8, After.RefundPart), (5, After.RefundInParts), (7, After.RefundAll), (6, After.Course),
        (2, After.Won), (2, After.Lost), (2, After.Inquiry), (2, After.Fraud),
    ];

    public static void Play(Life life, PaymentActor actor)
    {
        actor.Open();
        life.Wait(5, 90);
        if (life.Happens(0.12)) actor.RequireAction();
        life.Wait(2, 60);

        var taking = Dice.Choose(life.Random, Takings);
        if (taking == Taking.Failed || life.Happens(0.06)) actor = actor.FailAttempt();
        life.Wait(2, 200);
        if (!Take(life, actor, taking)) return;

        life.WaitDays(0.5, 6);
        Follow(life, actor, Dice.Choose(life.Random, Afters));
    }

    /// <summary>True when money was taken and may be given back.</summary>
    private static bool Take(Life life, PaymentActor actor, Taking taking)
    {
        var amount = actor.Truth.Amount;
        switch (taking)
        {
            case Taking.Failed:
                if (life.Happens(0.5)) actor.Abandon();
                return false;
            case Taking.Abandoned:
                life.Wait(1800, 7200);
                actor.Abandon();
                return false;
            case Taking.Processing:
                actor.Process();
                life.WaitDays(1, 4);
                actor.TakeAtOnce();
                return true;
            case Taking.AtOnce:
                actor.TakeAtOnce();
                return true;
        }

        actor.Authorise();
        life.Wait(600, 90_000);
        return TakeAuthorised(life, actor, taking, amount);
    }

    private static bool TakeAuthorised(Life life, PaymentActor actor, Taking taking, long amount)
    {
        switch (taking)
        {
            case Taking.Canceled:
                actor.Cancel();
                return false;
            case Taking.Expired:
                life.WaitDays(7, 28);
                actor.Expire();
                return false;
            case Taking.LeftOpen:
                return false;
            case Taking.InParts:
                CaptureInParts(life, actor, amount);
                return true;
            case Taking.PartOnly:
                actor.Capture(actor.Truth.Currency.Part(amount, 0.3 + 0.5 * life.Random.NextDouble()), isFinal: true);
                return true;
            case Taking.CaptureRefused when actor.CanRefuseCapture:
                actor.RefuseCapture(amount);
                life.Wait(60, 3600);
                break;
            case Taking.CaptureFails when actor.CanFailCapture:
                actor.Capture(amount, isFinal: true);
                life.WaitDays(1, 3);
                actor.FailLastCapture();
                return false;
        }

        actor.Capture(amount, isFinal: true);
        return true;
    }

    private static void CaptureInParts(Life life, PaymentActor actor, long amount)
    {
        var left = amount;
        for (var part = life.Random.Next(1, 4); part > 0 && left > 4 * actor.Truth.Currency.Step; part--)
        {
            var some = actor.Truth.Currency.Part(left, 0.2 + 0.5 * life.Random.NextDouble());
            actor.Capture(some, isFinal: false);
            left -= some;
            life.WaitDays(0.1, 1);
        }
        actor.Capture(left, isFinal: true);
    }

    private static void Follow(Life life, PaymentActor actor, After after)
    {
        var captured = actor.Truth.Captured;
        var part = actor.Truth.Currency.Part(captured, 0.1 + 0.6 * life.Random.NextDouble());
        switch (after)
        {
            case After.RefundPart:
                actor.Refund(part, RefundCourse.AtOnce);
                break;
            case After.RefundInParts:
                RefundInParts(life, actor, captured, part);
                break;
            case After.RefundAll:
                actor.Refund(captured, RefundCourse.AtOnce);
                break;
            case After.Course:
                PlayCourse(life, actor, part);
                break;
            case After.Won:
                actor.Dispute(DisputeCourse.Won);
                break;
            case After.Lost:
                actor.Dispute(DisputeCourse.Lost);
                break;
            case After.Inquiry:
                actor.Dispute(DisputeCourse.Inquiry);
                break;
            case After.Fraud:
                actor.WarnOfFraud();
                break;
        }
    }

    private static void RefundInParts(Life life, PaymentActor actor, long captured, long part)
    {
        actor.Refund(part, RefundCourse.AtOnce);
        life.WaitDays(0.1, 2);
        var rest = captured - part;
        if (rest <= 0) return;
        var second = life.Happens(0.6) ? rest : actor.Truth.Currency.Part(rest, 0.5);
        actor.Refund(second, RefundCourse.AtOnce);
    }

    private static void PlayCourse(Life life, PaymentActor actor, long amount)
    {
        var course = Dice.OneOf(
            life.Random, RefundCourse.PendingThenDone, RefundCourse.StaysPending, RefundCourse.DoneThenFails, RefundCourse.Refused);
        if (!actor.CanWaitForRefund && course is RefundCourse.PendingThenDone or RefundCourse.StaysPending)
            course = RefundCourse.DoneThenFails;
        actor.Refund(amount, course);
        if (course is not (RefundCourse.DoneThenFails or RefundCourse.Refused) || life.Happens(0.5)) return;
        life.WaitDays(1, 2);
        actor.Refund(amount, RefundCourse.AtOnce);
    }
}
