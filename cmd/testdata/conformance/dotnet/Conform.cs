using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Aliyun.Serverless.Core;
using Microsoft.Extensions.Logging;

namespace Example
{
    /// <summary>The program of the .NET runtimes, see ../README.md.</summary>
    public class Conform
    {
        private int initialized;

        public void Initialize(IFcContext context)
        {
            initialized++;
            Console.WriteLine("initialize ran");
        }

        public void PreStop(IFcContext context) => Console.WriteLine("preStop ran");

        public async Task<Stream> Handle(Stream input, IFcContext context)
        {
            var whole = new MemoryStream();
            await input.CopyToAsync(whole);
            byte[] bytes = whole.ToArray();
            bool told = bytes.Length > 0 && bytes[0] == '{';
            object answer = told ? Answer(JsonDocument.Parse(bytes).RootElement, context) : null;
            var text = answer as string;
            return answer == null ? whole : new MemoryStream(text != null ? System.Text.Encoding.UTF8.GetBytes(text) : JsonSerializer.SerializeToUtf8Bytes(answer));
        }

        /// <summary>null is the event itself.</summary>
        private object Answer(JsonElement told, IFcContext context)
        {
            switch (Member(told, "do", "http"))
            {
                case "echo": return null;
                case "who": return Member(told, "id", "") + " " + context.RequestId;
                case "facts": return Facts(context);
                case "env": return Variables();
                case "ready": return initialized == 1 ? "yes" : "no: " + initialized;
                case "log":
                    Console.WriteLine("one line");
                    Console.Error.WriteLine("an error line");
                    context.Logger.LogInformation("a record");
                    Console.Write("no line end");
                    return "ok";
                case "much":
                    for (int n = 0; n < 200; n++)
                    {
                        Console.WriteLine(new string('x', 99));
                    }
                    return "ok";
                case "throw": throw new InvalidOperationException("thrown on purpose");
                case "exit":
                    Environment.Exit(3);
                    return null;
                case "sleep":
                    Thread.Sleep(60_000);
                    return null;
                case "hog": return Hog();
                default: return Http(told);
            }
        }

        private static string Member(JsonElement told, string name, string otherwise) =>
            told.TryGetProperty(name, out JsonElement found) ? found.GetString() : otherwise;

        private static object Facts(IFcContext c) => new Dictionary<string, object>
        {
            ["requestId"] = c.RequestId, ["function"] = c.FunctionParam.FunctionName, ["handler"] = c.FunctionParam.FunctionHandler,
            ["memory"] = "" + c.FunctionParam.MemoryLimitInMB, ["timeout"] = "" + c.FunctionParam.FunctionTimeout.TotalSeconds,
            ["service"] = c.ServiceMeta.Name, ["logProject"] = c.ServiceMeta.LogProject, ["logStore"] = c.ServiceMeta.LogStore,
            ["qualifier"] = c.ServiceMeta.Qualifier, ["version"] = c.ServiceMeta.VersionId, ["region"] = c.Region, ["account"] = c.AccountId,
            ["cwd"] = Directory.GetCurrentDirectory(),
            ["keys"] = new[] { c.Credentials.AccessKeyId, c.Credentials.AccessKeySecret, c.Credentials.SecurityToken },
        };

        private static object Variables()
        {
            var found = new Dictionary<string, string>();
            foreach (DictionaryEntry one in Environment.GetEnvironmentVariables())
            {
                if (Regex.IsMatch((string)one.Key, "^(_?FC_|ALIBABA_CLOUD_|accessKey|securityToken|GREETING)"))
                {
                    found[(string)one.Key] = (string)one.Value;
                }
            }
            return found;
        }

        // Not of .NET's own heap, which throws where a control group tells it of the limit.
        private static object Hog()
        {
            var more = new byte[1 << 20];
            Array.Fill(more, (byte)1);
            for (; ; ) Marshal.Copy(more, 0, Marshal.AllocHGlobal(more.Length), more.Length);
        }

        private static object Http(JsonElement told)
        {
            switch (Member(told, "rawPath", ""))
            {
                case "/throw": throw new InvalidOperationException("thrown on purpose");
                case "/bare": return "bare";
                case "/bytes":
                    var all = new byte[256];
                    for (int n = 0; n < all.Length; n++)
                    {
                        all[n] = (byte)n;
                    }
                    return Structured(200, "image/png", Convert.ToBase64String(all), true);
                default: return Structured(201, "text/plain", told.GetRawText(), false);
            }
        }

        private static object Structured(int status, string type, string body, bool encoded) => new Dictionary<string, object>
        {
            ["statusCode"] = status,
            ["headers"] = new Dictionary<string, string> { ["X-Conform"] = "yes", ["Content-Type"] = type },
            ["body"] = body,
            ["isBase64Encoded"] = encoded,
        };
    }
}
