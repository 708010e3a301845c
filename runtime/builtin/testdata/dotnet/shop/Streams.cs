using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Aliyun.Serverless.Core;
using Microsoft.Extensions.Logging;

namespace Shop
{
    public class Streams
    {
        private bool initialized;

        public void Initialize(IFcContext context)
        {
            initialized = true;
            context.Logger.LogInformation("initialize " + context.FunctionParam.FunctionHandler);
        }

        public void PreStop(IFcContext context) => Console.WriteLine("bye");

        public void PreFreeze(IFcContext context) => throw new InvalidOperationException("too cold");

        public async Task<Stream> Handle(Stream input, IFcContext context)
        {
            var copy = new MemoryStream();
            await input.CopyToAsync(copy);
            string answer = Answer(Encoding.UTF8.GetString(copy.ToArray()), context);
            if (answer == null)
            {
                return copy; // at its end, as the official example has it
            }
            return new MemoryStream(Encoding.UTF8.GetBytes(answer));
        }

        private string Answer(string word, IFcContext context)
        {
            switch (word)
            {
                case "context": return Describe(context);
                case "initialized": return initialized.ToString();
                case "log": return Log(context);
                case "children": return Run("ls -l /proc/self/fd/3 /proc/self/fd/4 2>&1 | grep -c pipe");
                case "environment": return string.Join(",", Lent());
                case "byName": return Type.GetType("Shop.Part, Parts").FullName + Activator.CreateInstance("Parts", "Shop.Part").Unwrap();
                case "fail": throw new InvalidOperationException("bad \"value\"", new IOException("the cause"));
                case "later": return Later().Result;
                case "exit": Environment.Exit(3); return null;
                case "thread": new Thread(() => throw new InvalidOperationException("on a thread")).Start(); Thread.Sleep(-1); return null;
                case "console":
                    Console.SetOut(new StreamWriter(Console.OpenStandardOutput()));
                    Console.Write("kept back");
                    return "";
                default: return null;
            }
        }

        private static string Describe(IFcContext context)
        {
            IFunctionParameter function = context.FunctionParam;
            IServiceMeta service = context.ServiceMeta;
            ICredentials keys = context.Credentials;
            return string.Join(",", context.RequestId, keys.AccessKeyId, keys.AccessKeySecret, keys.SecurityToken, function.FunctionName,
                function.FunctionHandler, function.FunctionInitializer, function.FunctionTimeout.TotalSeconds, function.InitializationTimeout.TotalSeconds,
                function.MemoryLimitInMB, service.Name, service.LogProject, service.LogStore, service.Qualifier, service.VersionId, context.AccountId, context.Region);
        }

        private static string Log(IFcContext context)
        {
            Console.WriteLine("printed é");
            Console.Write("no newline\n");
            Console.Error.WriteLine("to standard error");
            context.Logger.LogDebug("hidden");
            context.Logger.LogWarning("one");
            context.Logger.EnabledLogLevel = LogLevel.Debug;
            context.Logger.LogDebug("two");
            context.Logger.EnabledLogLevel = LogLevel.Error;
            context.Logger.LogInformation("hidden");
            context.Logger.LogError("three");
            return context.Logger.EnabledLogLevel + "," + context.Logger.IsEnabled(LogLevel.Warning);
        }

        private static IEnumerable<string> Lent()
        {
            foreach (string name in Environment.GetEnvironmentVariables().Keys)
            {
                if (name.StartsWith("DOTNET") || name.StartsWith("COMPlus") || name.StartsWith("CLR"))
                {
                    yield return name;
                }
            }
        }

        private static string Run(string command)
        {
            var start = new ProcessStartInfo("sh", "-c \"" + command + "\"") { RedirectStandardOutput = true };
            using (Process shell = Process.Start(start))
            {
                return shell.StandardOutput.ReadToEnd().Trim();
            }
        }

        private static async Task<string> Later()
        {
            await Task.Yield();
            throw new ApplicationException("later");
        }
    }
}
