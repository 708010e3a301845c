using System;
using System.IO;
using System.Reflection;

namespace Fcemu
{
    /// <summary>Runs the handlers of one .NET function: takes calls from descriptor 3, answers on 4; see protocol.go.</summary>
    public static class Program
    {
        private const int Credentials = 253, First = 255; // kinds of frames
        private const int Succeeded = 0, Unhandled = 2, Answered = 3; // .NET has no handled errors

        public static int Main()
        {
            var line = new Line();
            Frame frame = line.Receive();
            if (frame == null || frame.Kind != First)
            {
                return 0;
            }
            var setup = new Setup(frame);
            var code = new Code(setup.Folder, setup.Assembly);
            var log = new Log();
            var handlers = new Handlers(setup, code);
            using (code.EnterContextualReflection()) // so that the function finds its assemblies by name
            {
                for (frame = line.Receive(); frame != null; frame = line.Receive())
                {
                    if (frame.Kind == Credentials)
                    {
                        setup.Renew(frame);
                    }
                    else
                    {
                        Serve(line, handlers, log, new Call(setup, log, frame));
                    }
                }
            }
            Environment.Exit(0); // whatever threads the function has left
            return 0;
        }

        private static void Serve(Line line, Handlers handlers, Log log, Call call)
        {
            int status;
            byte[] payload;
            log.RequestId = call.RequestId;
            try
            {
                payload = handlers.Find(call).Run(call);
                status = call.Head == null ? Succeeded : Answered;
            }
            catch (Exception error)
            {
                error = Cause(error);
                status = Unhandled;
                payload = Failure.Describe(error);
                log.Write("ERROR", Failure.Whole(error));
            }
            Flush(Console.Out);
            Flush(Console.Error);
            line.Reply(status, payload);
        }

        /// <summary>The writers may be the function's own, and throw.</summary>
        private static void Flush(TextWriter writer)
        {
            try
            {
                writer.Flush();
            }
            catch (Exception)
            {
                return;
            }
        }

        private static Exception Cause(Exception error)
        {
            while ((error is TargetInvocationException || error is TypeInitializationException) && error.InnerException != null)
            {
                error = error.InnerException;
            }
            return error;
        }
    }
}
