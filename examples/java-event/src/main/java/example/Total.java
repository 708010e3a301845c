package example;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.StreamRequestHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Adds up the lines "item,amount" of a file of any form that is not JSON: bytes in, bytes out. */
public class Total implements StreamRequestHandler {
    @Override
    public void handleRequest(InputStream event, OutputStream result, Context context) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(event, StandardCharsets.UTF_8));
        long total = 0;
        int count = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            total += Long.parseLong(line.substring(line.lastIndexOf(',') + 1).trim());
            count++;
        }
        context.getLogger().info(count + " lines");
        result.write(("total," + total + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
